import { Dialog as Base } from '@base-ui/react/dialog';
import { type ReactNode, useRef } from 'react';
import { buttonClass } from './button.tsx';
import styles from './dialog.module.css';
import { Icon } from './icon.tsx';
import { VisuallyHidden } from './visually-hidden.tsx';

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  /** `wide` has room for tables. */
  size?: 'narrow' | 'wide';
  children: ReactNode;
}

/**
 * A modal window: puts the focus into its first field, holds it, closes by Escape and gives the focus back to where
 * it came from. Fields inside must not take the focus themselves, or that place is lost.
 */
export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  size = 'narrow',
  children,
}: DialogProps): ReactNode {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup
          ref={popup}
          className={styles.popup}
          data-size={size}
          initialFocus={() => popup.current?.querySelector<HTMLElement>('input, select, textarea') ?? true}
        >
          <header className={styles.head}>
            <Base.Title className={styles.title}>{title}</Base.Title>
            <Base.Close className={buttonClass({ kind: 'quiet', iconOnly: true })}>
              <Icon name="close" />
              <VisuallyHidden>Close</VisuallyHidden>
            </Base.Close>
          </header>
          {description && (
            <Base.Description className={styles.description} render={<div />}>
              {description}
            </Base.Description>
          )}
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** The row of buttons that ends a dialog's form. */
export function DialogActions({ children }: { children: ReactNode }): ReactNode {
  return <div className={styles.actions}>{children}</div>;
}
