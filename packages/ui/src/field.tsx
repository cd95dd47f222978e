import { Field as Base } from '@base-ui/react/field';
import type { ComponentProps, ReactNode } from 'react';
import styles from './field.module.css';

interface FieldProps {
  label: string;
  /** What to write here, before anything is wrong. */
  hint?: ReactNode;
  /** What is wrong; set exactly while the value is refused. */
  error?: string | undefined;
  /** Takes the whole row of a form. */
  wide?: boolean;
}

/** A labelled line of text. */
export function TextField({
  label,
  hint,
  error,
  wide = false,
  ...input
}: FieldProps & ComponentProps<'input'>): ReactNode {
  return (
    <FieldFrame {...{ label, hint, error, wide }}>
      <Base.Control {...input} className={styles.control} />
    </FieldFrame>
  );
}

/** A labelled text of several lines. */
export function TextArea({
  label,
  hint,
  error,
  wide = true,
  ...area
}: FieldProps & ComponentProps<'textarea'>): ReactNode {
  return (
    <FieldFrame {...{ label, hint, error, wide }}>
      <Base.Control render={<textarea {...area} />} className={styles.area} />
    </FieldFrame>
  );
}

export interface SelectOption {
  value: string;
  label: string;
}

/** A labelled choice of few; the system's own list, so it works by touch and keyboard everywhere. */
export function SelectField({
  label,
  hint,
  error,
  wide = false,
  options,
  ...select
}: FieldProps & { options: readonly SelectOption[] } & ComponentProps<'select'>): ReactNode {
  return (
    <FieldFrame {...{ label, hint, error, wide }}>
      <Base.Control
        render={
          <select {...select}>
            {options.map((option) => (
              <option key={option.value} value={option.value}>
                {option.label}
              </option>
            ))}
          </select>
        }
        className={styles.select}
      />
    </FieldFrame>
  );
}

/** A labelled yes or no. */
export function CheckField({ label, ...input }: { label: string } & ComponentProps<'input'>): ReactNode {
  return (
    <label className={styles.check}>
      <input type="checkbox" {...input} />
      {label}
    </label>
  );
}

function FieldFrame({ label, hint, error, wide, children }: FieldProps & { children: ReactNode }): ReactNode {
  return (
    <Base.Root className={styles.field} invalid={error !== undefined} data-wide={wide}>
      <Base.Label className={styles.label}>{label}</Base.Label>
      {children}
      {hint && !error && <Base.Description className={styles.hint}>{hint}</Base.Description>}
      {error && (
        <Base.Error className={styles.error} match>
          {error}
        </Base.Error>
      )}
    </Base.Root>
  );
}
