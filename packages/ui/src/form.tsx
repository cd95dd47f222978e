import type { ComponentProps, ReactNode } from 'react';
import styles from './form.module.css';

/** Fields in columns that become one on a narrow screen; the browser's own checks are left to the caller's. */
export function Form({
  children,
  ...form
}: Omit<ComponentProps<'form'>, 'className' | 'noValidate'>): ReactNode {
  return (
    <form {...form} className={styles.form} noValidate>
      {children}
    </form>
  );
}
