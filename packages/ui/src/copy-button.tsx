import { type ReactNode, useEffect, useState } from 'react';
import { Button } from './button.tsx';
import styles from './copy-button.module.css';

export interface CopyButtonProps {
  text: string;
  /** What is copied, for its name: "Copy bootstrap servers". */
  what: string;
  /** Shows the words instead of the icon alone. */
  labelled?: boolean;
}

type Outcome = 'idle' | 'copied' | 'refused';

/** Copies exactly `text`, and says whether that worked. */
export function CopyButton({ text, what, labelled = false }: CopyButtonProps): ReactNode {
  const [outcome, setOutcome] = useState<Outcome>('idle');
  useEffect(() => {
    if (outcome === 'idle') return;
    const timer = setTimeout(() => setOutcome('idle'), 2000);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setOutcome('copied'),
      () => setOutcome('refused'),
    );
  return (
    <span className={styles.copy}>
      <Button
        kind="quiet"
        icon={outcome === 'copied' ? 'check' : 'copy'}
        iconOnly={!labelled}
        title={`Copy ${what}`}
        onClick={() => void copy()}
      >
        Copy {what}
      </Button>
      <span role="status" className={styles.said}>
        {outcome === 'copied' && 'Copied'}
        {outcome === 'refused' && 'The browser refused; select the text instead'}
      </span>
    </span>
  );
}
