import type { PastReset } from '@odradek/contract';
import { Button } from '@odradek/ui/button';
import { useNow } from '@odradek/ui/clock';
import { Notice } from '@odradek/ui/notice';
import { RelativeTime } from '@odradek/ui/relative-time';
import { useAnnounce } from '@odradek/ui/toast';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useConsole } from '../../../shared/console-context.tsx';
import { useDetailInterval } from '../../../shared/refresh.tsx';
import { RefusalNotice } from '../../../shared/refusal-notice.tsx';
import { useCluster } from '../../../shared/use-cluster.ts';
import { lastResetOptions, useUndo } from '../queries.ts';
import styles from './undo-notice.module.css';

/** A reset older than this is no news any more. */
const NEWS_MS = 86_400_000;

/** The last reset of the group that was done here, with the button that takes it back, while it can. */
export function UndoNotice({ group }: { group: string }): ReactNode {
  const { api } = useConsole();
  const { name, summary, sampleIntervalMs } = useCluster();
  const interval = useDetailInterval(sampleIntervalMs);
  const { data } = useQuery({ ...lastResetOptions(api, name, group), refetchInterval: interval });
  const now = useNow();
  const announce = useAnnounce();
  const undo = useUndo(name, group);
  const reset = data?.reset;
  if (!reset || reset.cannotUndo === 'undone' || now - reset.at > NEWS_MS) return null;
  const submit = () =>
    undo.mutate(
      { id: reset.id },
      {
        onSuccess: ({ changed, refused }) => {
          const [first] = refused;
          announce({
            tone: first ? 'critical' : 'ok',
            title:
              changed === 1 ? '1 offset is back where it was' : `${changed} offsets are back where they were`,
            ...(first && { detail: `${first.topic}-${first.partition} was refused: ${first.error}` }),
          });
        },
      },
    );
  return (
    <>
      <Notice tone={reset.cannotUndo === null ? 'ok' : 'unknown'}>
        <div className={styles.line}>
          <p>
            {countText(reset)} <RelativeTime at={reset.at} />.{' '}
            {reset.cannotUndo === 'committed-since' &&
              'The group has committed since, so this can no longer be undone as a whole.'}
          </p>
          {reset.cannotUndo === null && (
            <Button busy={undo.isPending} disabled={summary?.readOnly} onClick={submit}>
              Undo the reset
            </Button>
          )}
        </div>
      </Notice>
      {undo.error && <RefusalNotice error={undo.error} />}
    </>
  );
}

function countText({ partitions: [first, ...more] }: PastReset): string {
  if (!first) return 'Offsets were reset here';
  const name = `${first.topic}-${first.partition} from ${first.before ?? 'no offset'} to ${first.after}`;
  return more.length === 0 ? `${name} was reset here` : `${name}, and ${more.length} more, were reset here`;
}
