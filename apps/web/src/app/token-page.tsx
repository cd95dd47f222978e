import { Button } from '@odradek/ui/button';
import { CodeLine } from '@odradek/ui/code-line';
import { TextField } from '@odradek/ui/field';
import { Form } from '@odradek/ui/form';
import { SpoolMark } from '@odradek/ui/spool-mark';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useConsole } from '../shared/console-context.tsx';
import type { Refusal } from '../shared/token.ts';
import styles from './token-page.module.css';

/** Stands in place of every page while the server accepts no token; the address stays, so the page comes back. */
export function TokenPage({ refusal }: { refusal: Refusal }): ReactNode {
  const { tokens } = useConsole();
  const queryClient = useQueryClient();
  const [token, setToken] = useState('');
  const [error, setError] = useState<string>();
  const save = (event: FormEvent) => {
    event.preventDefault();
    const pasted = tokenIn(token);
    if (pasted === '') {
      setError('Paste the token first');
      return;
    }
    tokens.save(pasted);
    void queryClient.resetQueries();
  };
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <SpoolMark />
        <h1 className={styles.title}>This console needs its token</h1>
        <p className={styles.why}>
          {refusal.code === 'TOKEN_INVALID'
            ? 'The token this browser keeps is not the one of this server; it may belong to an earlier data directory.'
            : 'Only who can read the data directory of this Odradek may use its console.'}{' '}
          Open the link that <code>odradek up</code> printed, or paste the token here.
        </p>
        <CodeLine label="Print the token" code="odradek doctor --token" />
        {refusal.tokenFile && <CodeLine label="The file it lies in" code={refusal.tokenFile} />}
        <Form onSubmit={save}>
          <TextField
            label="Token"
            type="password"
            wide
            autoComplete="off"
            spellCheck={false}
            value={token}
            error={error}
            onChange={(event) => setToken(event.target.value)}
          />
          <Button kind="primary" type="submit">
            Open the console
          </Button>
        </Form>
      </div>
    </main>
  );
}

/** The token in what was pasted: itself, or the whole link that ends in it. */
function tokenIn(pasted: string): string {
  return pasted.trim().replace(/^.*#token=/, '');
}
