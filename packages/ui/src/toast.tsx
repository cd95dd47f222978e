import { Toast as Base } from '@base-ui/react/toast';
import type { ReactNode } from 'react';
import { buttonClass } from './button.tsx';
import { Icon } from './icon.tsx';
import { StatusShape } from './status-badge.tsx';
import styles from './toast.module.css';
import { VisuallyHidden } from './visually-hidden.tsx';

/** Holds the outcomes of the user's own acts, bottom right, announced politely; errors stay until closed. */
export function Toasts({ children }: { children: ReactNode }): ReactNode {
  return (
    <Base.Provider timeout={6000} limit={4}>
      {children}
      <Base.Portal>
        <Base.Viewport className={styles.viewport} aria-label="Outcomes">
          <ToastList />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

export interface Announcement {
  tone: 'ok' | 'critical';
  title: string;
  detail?: ReactNode;
}

/** Announces the outcome of an act. Needs `Toasts` above. */
export function useAnnounce(): (announcement: Announcement) => void {
  const { add } = Base.useToastManager();
  return ({ tone, title, detail }) => {
    add({
      type: tone,
      title,
      description: detail,
      ...(tone === 'critical' && { timeout: 0, priority: 'high' }),
    });
  };
}

function ToastList(): ReactNode {
  const { toasts } = Base.useToastManager();
  return toasts.map((toast) => (
    <Base.Root key={toast.id} toast={toast} className={styles.toast}>
      <StatusShape tone={toast.type === 'critical' ? 'critical' : 'ok'} />
      <div className={styles.text}>
        <Base.Title className={styles.title} render={<p />} />
        <Base.Description className={styles.detail} render={<div />} />
      </div>
      <Base.Close className={buttonClass({ kind: 'quiet', iconOnly: true })}>
        <Icon name="close" />
        <VisuallyHidden>Dismiss</VisuallyHidden>
      </Base.Close>
    </Base.Root>
  ));
}
