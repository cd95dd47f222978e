import { partitionsAre, settled } from '../cluster-state.ts';
import { givingUp, type Rule, times, topicIds, unordered, unorderedList, whoRefuses } from '../rules.ts';
import type { ThreeNodes } from '../three-nodes.ts';
import { run, type Section, state, stepsOf, type ToolStep } from '../tool-step.ts';
import { findsCoordinator, TransactionByHand } from '../transaction-by-hand.ts';

const transactions = stepsOf('kafka-transactions', '--bootstrap-server SERVERS');
/** What the tool's client would go on asking for a minute. */
function impatiently(line: string): ToolStep {
  return run('kafka-transactions', `--bootstrap-server SERVERS --command-config @client.properties ${line}`, {
    files: { 'client.properties': 'default.api.timeout.ms=2500\nrequest.timeout.ms=1000\n' },
    rules: [givingUp],
  });
}

const verification =
  '--entity-type brokers --entity-default --add-config transaction.partition.verification.enable';
const HOUR_MS = 3_600_000;

/** Columns whose content differs from cluster to cluster or from moment to moment. */
const DRAWN = ['Coordinator', 'CoordinatorId', 'ProducerId', 'TransactionDurationMs', 'Duration(min)'];

/** The tool pads its columns to their longest value. */
const drawnColumns: Rule = {
  name: 'columns that are drawn',
  why: 'producer ids come in blocks of whichever broker asks first, coordinators are where their partitions are led, and durations grow',
  apply: (output) => {
    const lines = output.split('\n');
    const header = lines[0]?.trim().split(/\s+/) ?? [];
    if (!DRAWN.some((column) => header.includes(column))) return output;
    return lines
      .map((line, index) => {
        const cells = line.trim().split(/\s+/);
        return cells
          .map((cell, at) => (index > 0 && cell !== '' && DRAWN.includes(header[at] ?? '') ? '…' : cell))
          .join('  ');
      })
      .join('\n');
  },
};

const partitions = unorderedList(',', /ledger-\d(,ledger-\d)+/g);
const shown = { rules: [drawnColumns, times, partitions] };
const listed = { rules: [drawnColumns, times, unordered] };

const open = new WeakMap<ThreeNodes, Map<string, TransactionByHand>>();

function transactionsOf(cluster: ThreeNodes): Map<string, TransactionByHand> {
  const known = open.get(cluster) ?? new Map<string, TransactionByHand>();
  open.set(cluster, known);
  return known;
}

async function begin(cluster: ThreeNodes, id: string): Promise<TransactionByHand> {
  const transaction = await TransactionByHand.begin(cluster, id);
  transactionsOf(cluster).set(id, transaction);
  return transaction;
}

async function twoAreOpen(cluster: ThreeNodes): Promise<void> {
  const young = await begin(cluster, 'young');
  await young.add('ledger', [0, 1]);
  await young.write('ledger', 0);
  await young.write('ledger', 1);
  const old = await begin(cluster, 'old');
  await old.add('ledger', [1, 2]);
  await old.write('ledger', 2, 2 * HOUR_MS);
}

/** Records of a transaction of which its coordinator knows nothing. */
async function oneHangs(cluster: ThreeNodes): Promise<void> {
  const hanging = await begin(cluster, 'hanging');
  await hanging.write('ledger', 0, HOUR_MS);
}

export const openTransactions: Section = {
  title: 'Transactions',
  steps: [
    run(
      'kafka-topics',
      '--bootstrap-server SERVERS --create --topic ledger --replica-assignment 1:2:3,2:3:1,3:1:2',
    ),
    state('The coordinators of transactions are there.', async (cluster) => {
      await findsCoordinator(cluster);
      await partitionsAre(
        cluster,
        '__transaction_state',
        [0, 1, 2].map(() => ({ isr: [1, 2, 3] })),
      );
      await settled(cluster);
    }),
    transactions('list', shown),
    transactions('describe --transactional-id nobody'),
    transactions('describe'),
    transactions('describe-producers --topic ledger --partition 0', shown),
    impatiently('describe-producers --topic ledger --partition 7'),
    impatiently('describe-producers --topic nowhere --partition 0'),
    transactions('find-hanging'),
    transactions('find-hanging --partition 0'),
    transactions('find-hanging --topic ledger', shown),
    transactions('find-hanging --topic nowhere'),
    state('Two transactions are open, one of which writes records of two hours ago.', twoAreOpen),
    transactions('list', listed),
    transactions('list --duration-filter -1', listed),
    transactions('list --duration-filter 9000000', listed),
    transactions('list --transactional-id-pattern y.*g', listed),
    transactions('list --transactional-id-pattern oun', listed),
    transactions('list --transactional-id-pattern (', { rules: [whoRefuses] }),
    transactions('describe --transactional-id young', shown),
    transactions('describe --transactional-id old', shown),
    ...[0, 1, 2].map((partition) =>
      transactions(`describe-producers --topic ledger --partition ${partition}`, shown),
    ),
    transactions('describe-producers --topic ledger --partition 0 --broker-id 2', shown),
    impatiently('describe-producers --topic ledger --partition 0 --broker-id 9'),
    transactions('find-hanging --topic ledger', shown),
    transactions('find-hanging --topic ledger --partition 2 --max-transaction-timeout 1', shown),
    transactions('abort --topic ledger --partition 2'),
    transactions('abort --topic ledger --partition 2 --start-offset 17'),
    transactions('abort --topic ledger --partition 2 --producer-id 5'),
    transactions('abort --topic ledger --partition 2 --producer-id 5 --producer-epoch 0'),
  ],
};

export const endedTransactions: Section = {
  title: 'A transaction that hangs, and others that end',
  steps: [
    run('kafka-configs', `--bootstrap-server SERVERS --alter ${verification}=false`),
    state('Records of a transaction are written that its coordinator was never told of.', oneHangs),
    run('kafka-configs', `--bootstrap-server SERVERS --alter ${verification}=true`),
    transactions('list', listed),
    transactions('describe --transactional-id hanging', shown),
    transactions('describe-producers --topic ledger --partition 0', listed),
    transactions('find-hanging --topic ledger', shown),
    transactions('find-hanging --broker-id 1', shown),
    transactions('find-hanging --broker-id 3 --max-transaction-timeout 90', shown),
    run('kafka-get-offsets', '--bootstrap-server SERVERS --topic ledger'),
    transactions('abort --topic ledger --partition 0 --start-offset 2', shown),
    transactions('find-hanging --topic ledger', shown),
    transactions('describe-producers --topic ledger --partition 0', listed),
    transactions('abort --topic ledger --partition 0 --start-offset 2', shown),
    transactions('forceTerminateTransaction --transactionalId young'),
    transactions('forceTerminateTransaction'),
    transactions('describe --transactional-id young', shown),
    state('The old transaction is committed.', async (cluster) => {
      await transactionsOf(cluster).get('old')?.commit();
    }),
    transactions('describe --transactional-id old', shown),
    transactions('list', listed),
    ...[0, 1, 2].map((partition) =>
      transactions(`describe-producers --topic ledger --partition ${partition}`, listed),
    ),
    run('kafka-get-offsets', '--bootstrap-server SERVERS --topic ledger'),
    run(
      'kafka-console-consumer',
      '--bootstrap-server SERVERS --topic ledger --from-beginning --timeout-ms 4000 --isolation-level read_committed --formatter-property print.partition=true --formatter-property print.offset=true',
      { rules: [unordered] },
    ),
    run('kafka-topics', '--bootstrap-server SERVERS --describe --topic ledger', { rules: [topicIds] }),
    run('kafka-topics', '--bootstrap-server SERVERS --delete --topic ledger'),
  ],
};
