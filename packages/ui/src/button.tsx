import type { ComponentProps, ReactNode } from 'react';
import styles from './button.module.css';
import { Icon, type IconName } from './icon.tsx';
import { VisuallyHidden } from './visually-hidden.tsx';

export interface ButtonLook {
  /** `primary`: the one next act of a place; `quiet`: no frame, for rows and tool bars. */
  kind?: 'primary' | 'secondary' | 'quiet' | 'danger';
  icon?: IconName;
  /** Leaves the words to assistive technology only. */
  iconOnly?: boolean;
}

export interface ButtonProps extends ButtonLook, Omit<ComponentProps<'button'>, 'className'> {
  /** While true the button cannot be pressed and says that it is at work. */
  busy?: boolean;
}

/** A button; `type` is `button` unless a form says `submit`. */
export function Button({
  kind,
  icon,
  iconOnly,
  busy = false,
  children,
  disabled,
  ...rest
}: ButtonProps): ReactNode {
  return (
    <button
      type="button"
      {...rest}
      className={buttonClass({ ...(kind && { kind }), ...(iconOnly && { iconOnly }) })}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
    >
      {icon && <Icon name={icon} />}
      {iconOnly ? <VisuallyHidden>{children}</VisuallyHidden> : children}
    </button>
  );
}

/** The class that makes a link look like a button. */
export function buttonClass({ kind = 'secondary', iconOnly = false }: Omit<ButtonLook, 'icon'> = {}): string {
  return [styles.button, styles[kind], iconOnly && styles.iconOnly].filter(Boolean).join(' ');
}
