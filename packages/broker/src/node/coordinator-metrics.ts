import type { CoordinatorLoad, CoordinatorTally } from '../coordination/coordinator-tally.ts';
import type { GroupCoordinator } from '../groups/group-coordinator.ts';
import type { PartitionVerification } from '../replication/partition-verification.ts';
import type { Metrics, Sample } from '../runtime/metrics.ts';
import type { TransactionCoordinator } from '../transactions/transaction-coordinator.ts';
import type { TransactionState } from '../transactions/transaction-metadata.ts';
import { oncePerScrape } from './once-per-scrape.ts';

/** Whom the numbers about groups and transactions are taken from. */
export interface MeasuredCoordinators {
  readonly groups: Pick<GroupCoordinator, 'runtime' | 'countGroups'>;
  readonly transactions: Pick<TransactionCoordinator, 'runtime' | 'count' | 'backlog'>;
  readonly verification: PartitionVerification;
}

/** Registers what a scrape tells of the coordinators of this broker, and has their times noted from now on. */
export function observeCoordinators(metrics: Metrics, measured: MeasuredCoordinators): void {
  const { groups, transactions, verification } = measured;
  observeRuntime(metrics, 'group', groups.runtime);
  observeRuntime(metrics, 'transaction', transactions.runtime);
  observeGroups(metrics, groups);
  observeTransactions(metrics, transactions);
  verification.times = metrics.durations(
    'kafka_server_addpartitionstotxnmanager_verificationtime_seconds',
    'How long the coordinators of transactions take to say whether a partition is part of one',
  );
  metrics.observe(
    'kafka_server_addpartitionstotxnmanager_verificationfailure_total',
    'Questions whether a partition is part of a transaction that had no answer, or another than yes',
    { type: 'counter', read: () => verification.failures },
  );
}

/** What the machinery of both kinds of coordinators is at. */
function observeRuntime(
  metrics: Metrics,
  kind: 'group' | 'transaction',
  runtime: { load(): CoordinatorLoad; readonly tally: CoordinatorTally },
): void {
  const prefix = `kafka_server_${kind}_coordinator_metrics_`;
  const { tally } = runtime;
  const present = oncePerScrape(() => runtime.load());
  tally.times = {
    loading: metrics.durations(
      `${prefix}partition_load_time_seconds`,
      'From the election of this broker until a partition of coordinators is replayed',
    ),
    committing: metrics.durations(
      `${prefix}event_purgatory_time_seconds`,
      'From handing a batch of decisions to the log until it is committed',
    ),
  };
  metrics.observe(`${prefix}num_partitions`, 'Partitions of coordinators that this broker leads', {
    type: 'gauge',
    read: () => byLabel('state', ['loading', 'active', 'failed'], (state) => present()[state]),
  });
  const ofOurs = (
    [name, help]: readonly [name: string, help: string],
    type: 'gauge' | 'counter',
    read: () => number,
  ) => {
    const labels = { coordinator: kind };
    metrics.observe(`odradek_coordinator_${name}`, help, { type, read: () => [{ labels, value: read() }] });
  };
  ofOurs(
    ['unanswered_requests', 'Requests that wait for a commit or for other members'],
    'gauge',
    () => present().unanswered,
  );
  ofOurs(
    ['uncommitted_bytes', 'Bytes of decisions that are in the log and not committed yet'],
    'gauge',
    () => present().uncommittedBytes,
  );
  ofOurs(['batches_total', 'Batches of decisions that went to the log'], 'counter', () => tally.batches);
  ofOurs(
    ['batch_bytes_total', 'Bytes of those batches, before compression'],
    'counter',
    () => tally.batchBytes,
  );
  ofOurs(
    ['lost_decisions_total', 'Decisions that were undone, for they could not be written or committed'],
    'counter',
    () => tally.lostDecisions,
  );
  ofOurs(['timers_total', 'Decisions made because their time had come'], 'counter', () => tally.timers);
  ofOurs(
    ['replayed_records_total', 'Records that were read to load partitions'],
    'counter',
    () => tally.replayedRecords,
  );
}

const CLASSIC_STATES = ['PreparingRebalance', 'CompletingRebalance', 'Stable', 'Empty'] as const;
const CONSUMER_STATES = ['Empty', 'Assigning', 'Reconciling', 'Stable'] as const;
const TRANSACTION_STATES: readonly TransactionState[] = [
  ...(['Empty', 'Ongoing', 'PrepareCommit', 'PrepareAbort', 'CompleteCommit', 'CompleteAbort'] as const),
];

function observeGroups(metrics: Metrics, groups: MeasuredCoordinators['groups']): void {
  const counted = oncePerScrape(() => groups.countGroups());
  const sum = (type: string, state?: string) =>
    counted().reduce(
      (total, group) =>
        group.type === type && (state ?? group.state) === group.state ? total + group.count : total,
      0,
    );
  metrics.observe('kafka_server_group_coordinator_metrics_group_count', 'Groups by protocol', {
    type: 'gauge',
    read: () => byLabel('protocol', ['classic', 'consumer'], (protocol) => sum(protocol)),
  });
  metrics.observe(
    'kafka_server_group_coordinator_metrics_consumer_group_count',
    'Groups of the consumer protocol by state',
    {
      type: 'gauge',
      read: () =>
        CONSUMER_STATES.map((state) => ({
          labels: { state: state.toLowerCase() },
          value: sum('consumer', state),
        })),
    },
  );
  for (const state of CLASSIC_STATES) {
    metrics.observe(
      `kafka_coordinator_group_groupmetadatamanager_numgroups${state.toLowerCase()}`,
      `Groups of the classic protocol in state ${state}`,
      { type: 'gauge', read: () => sum('classic', state) },
    );
  }
}

function observeTransactions(metrics: Metrics, transactions: MeasuredCoordinators['transactions']): void {
  const counted = oncePerScrape(() => transactions.count());
  const gauge = (name: string, help: string, read: () => number | readonly Sample[]) =>
    metrics.observe(name, help, { type: 'gauge', read });
  gauge('odradek_transactional_ids', 'Transactional ids by the state of their transaction', () =>
    byLabel('state', TRANSACTION_STATES, (state) => counted().byState.get(state) ?? 0),
  );
  gauge(
    'odradek_transactions_longest_open_seconds',
    'How long the transaction has been open that began first',
    () => counted().openForMs / 1000,
  );
  gauge(
    'odradek_transactions_ending',
    'Transactions whose outcome is decided and that are not complete',
    () => transactions.backlog.transactions,
  );
  gauge(
    'kafka_coordinator_transaction_transactionmarkerchannelmanager_unknowndestinationqueuesize',
    'Markers of ended transactions that wait for a leader, or for another attempt',
    () => transactions.backlog.waitingPartitions,
  );
}

function byLabel<Value extends string>(
  label: string,
  values: readonly Value[],
  read: (value: Value) => number,
): Sample[] {
  return values.map((value) => ({ labels: { [label]: value }, value: read(value) }));
}
