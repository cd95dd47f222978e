import type { Broker, BrokerAct, BrokerImpact, PartitionsNamed } from '@odradek/contract';
import { Button } from '@odradek/ui/button';
import { Dialog, DialogActions } from '@odradek/ui/dialog';
import { Notice } from '@odradek/ui/notice';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useConsole } from '../../../shared/console-context.tsx';
import { QueryView } from '../../../shared/query-view.tsx';
import { RefusalNotice } from '../../../shared/refusal-notice.tsx';
import { actWords } from '../broker-acts.ts';
import { brokerImpactOptions } from '../queries.ts';
import styles from './act-dialog.module.css';

export interface ActDialogProps {
  cluster: string;
  broker: Broker;
  /** Null: nothing is asked. */
  act: BrokerAct | null;
  busy: boolean;
  error: Error | null;
  onConfirm: (act: BrokerAct) => void;
  onClose: () => void;
}

/** Says what an act on a broker will mean for the cluster, and asks whether it should be. */
export function ActDialog({
  cluster,
  broker,
  act,
  busy,
  error,
  onConfirm,
  onClose,
}: ActDialogProps): ReactNode {
  const words = act === null ? null : actWords[act];
  return (
    <Dialog
      open={act !== null}
      onOpenChange={(open) => !open && onClose()}
      title={words === null ? '' : `${words.label} broker ${broker.id}?`}
      description={words?.meaning?.(broker.id)}
    >
      {broker.status === 'up' ? (
        <Impact cluster={cluster} broker={broker.id} />
      ) : (
        <Notice tone="unknown">The cluster does not count on it at this moment.</Notice>
      )}
      {error && <RefusalNotice error={error} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="danger" busy={busy} onClick={() => act !== null && onConfirm(act)}>
          {words?.label ?? ''} broker {broker.id}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function Impact({ cluster, broker }: { cluster: string; broker: number }): ReactNode {
  const { api } = useConsole();
  const query = useQuery({
    ...brokerImpactOptions(api, cluster, broker),
    staleTime: 0,
    refetchInterval: 2_000,
  });
  return (
    <QueryView query={query} what="what it would mean" skeletonRows={2}>
      {(impact) => <ImpactText impact={impact} />}
    </QueryView>
  );
}

function ImpactText({ impact }: { impact: BrokerImpact }): ReactNode {
  const { leadersToMove, leaderless, belowMinIsr, replicas, quorum } = impact;
  const losesQuorum = quorum !== null && quorum.left < quorum.majority;
  return (
    <div className={styles.impact}>
      {leaderless.total > 0 && (
        <Notice tone="critical">
          <strong>{partitions(leaderless.total)} would have no leader</strong>, because no other in-sync
          replica is there: {named(leaderless)}. Nobody can read or write them until it is back.
        </Notice>
      )}
      {losesQuorum && (
        <Notice tone="critical">
          <strong>The quorum would lose its majority</strong>: {quorum.left} of {quorum.voters} voters would
          be left, {quorum.majority} decide. No leader can move and nothing can be created until one more is
          back.
        </Notice>
      )}
      {belowMinIsr.total > 0 && (
        <Notice tone="warn">
          <strong>{partitions(belowMinIsr.total)} would refuse acks=all</strong>, having fewer in-sync
          replicas than min.insync.replicas: {named(belowMinIsr)}.
        </Notice>
      )}
      <ul className={styles.facts}>
        <li>
          {leadersToMove === 0
            ? 'It leads no partition that another could take over.'
            : `${partitions(leadersToMove)} will be led by another in-sync replica.`}
        </li>
        <li>
          {replicas === 0
            ? 'It has no replicas.'
            : `${replicas.toLocaleString('en')} of its replicas fall behind and catch up when it is back.`}
        </li>
        {quorum?.isLeader && !losesQuorum && <li>It is the active controller; another voter takes over.</li>}
      </ul>
    </div>
  );
}

function partitions(count: number): string {
  return count === 1 ? '1 partition' : `${count.toLocaleString('en')} partitions`;
}

function named({ partitions: some, total }: PartitionsNamed): string {
  const names = some.slice(0, 6).map(({ topic, partition }) => `${topic}-${partition}`);
  return total > names.length ? `${names.join(', ')} …` : names.join(', ');
}
