import type { PreferredElectionOutcome, TopicPartition } from '@odradek/contract';
import { Button } from '@odradek/ui/button';
import { type Column, DataTable } from '@odradek/ui/data-table';
import { Dialog, DialogActions } from '@odradek/ui/dialog';
import { Notice } from '@odradek/ui/notice';
import { useAnnounce } from '@odradek/ui/toast';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { useConsole } from '../../../shared/console-context.tsx';
import { replicaMatrixOptions } from '../../../shared/live-lists.ts';
import { RefusalNotice } from '../../../shared/refusal-notice.tsx';
import { type ElectionPreview, previewElection } from '../election-preview.ts';
import { usePreferredElection } from '../queries.ts';
import { BeforeAfter } from './before-after.tsx';
import styles from './dialogs.module.css';

export interface ReplicaDialogProps {
  cluster: string;
  /** Null: all partitions. */
  partitions: readonly TopicPartition[] | null;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Shows what an election of preferred leaders changes, holds it, and says what became of it. */
export function ElectDialog({ cluster, partitions, open, onOpenChange }: ReplicaDialogProps): ReactNode {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Elect preferred leaders"
      description="The first replica of each partition becomes its leader again. No record is copied; clients follow within a moment."
    >
      <Election cluster={cluster} partitions={partitions} onDone={() => onOpenChange(false)} />
    </Dialog>
  );
}

interface ElectionProps extends Pick<ReplicaDialogProps, 'cluster' | 'partitions'> {
  onDone: () => void;
}

function Election({ cluster, partitions, onDone }: ElectionProps): ReactNode {
  const { api } = useConsole();
  const announce = useAnnounce();
  const elect = usePreferredElection(cluster);
  const { data } = useQuery(replicaMatrixOptions(api, cluster));
  const preview = useMemo(
    () => previewElection(data?.partitions ?? [], partitions),
    [data?.partitions, partitions],
  );
  const submit = () =>
    elect.mutate(
      { partitions: partitions === null ? null : [...partitions] },
      {
        onSuccess: (outcome) => {
          if (outcome.failed.length > 0) return;
          onDone();
          announce({ tone: 'ok', title: electedText(outcome) });
        },
      },
    );
  return (
    <>
      <Preview preview={preview} />
      {elect.data && elect.data.failed.length > 0 && <Failed outcome={elect.data} />}
      {elect.error && <RefusalNotice error={elect.error} />}
      <DialogActions>
        <Button onClick={onDone}>{elect.data ? 'Close' : 'Cancel'}</Button>
        <Button kind="primary" busy={elect.isPending} disabled={preview.moves.length === 0} onClick={submit}>
          {preview.moves.length === 1
            ? 'Elect 1 leader'
            : `Elect ${preview.moves.length.toLocaleString('en')} leaders`}
        </Button>
      </DialogActions>
    </>
  );
}

function Preview({ preview: { moves, impossible, leaders } }: { preview: ElectionPreview }): ReactNode {
  return (
    <div className={styles.part}>
      {moves.length === 0 ? (
        <Notice tone="ok">Every partition here that can be is led by its preferred leader already.</Notice>
      ) : (
        <DataTable
          label="Leaders per broker"
          columns={leaderColumns}
          rows={leaders}
          rowKey={({ broker }) => String(broker)}
          sort={null}
        />
      )}
      {impossible.length > 0 && (
        <Notice tone="warn">
          {impossible.length === 1 ? '1 partition stays' : `${impossible.length} partitions stay`} as they
          are: their preferred leader is not in sync. {named(impossible)}
        </Notice>
      )}
    </div>
  );
}

const leaderColumns: readonly Column<ElectionPreview['leaders'][number]>[] = [
  { id: 'broker', header: 'Broker', cell: ({ broker }) => <code>{broker}</code> },
  {
    id: 'leaders',
    header: 'Leads before → after',
    align: 'end',
    cell: ({ before, after }) => <BeforeAfter before={before} after={after} />,
  },
];

function Failed({ outcome: { elected, failed } }: { outcome: PreferredElectionOutcome }): ReactNode {
  const [first] = failed;
  return (
    <Notice tone="critical">
      {elected.toLocaleString('en')} elected, {failed.length.toLocaleString('en')} not: {named(failed)}.{' '}
      {first && (
        <>
          <code>{first.error}</code> {first.message}
        </>
      )}
    </Notice>
  );
}

function electedText({ elected }: PreferredElectionOutcome): string {
  return elected === 1 ? '1 leader was elected' : `${elected.toLocaleString('en')} leaders were elected`;
}

function named(partitions: readonly TopicPartition[]): string {
  const names = partitions.slice(0, 8).map(({ topic, partition }) => `${topic}-${partition}`);
  return partitions.length > names.length ? `${names.join(', ')} …` : names.join(', ');
}
