import { GROUP_METADATA_TOPIC, TRANSACTION_STATE_TOPIC } from '../../../src/metadata/topic-name.ts';
import type { SimulatedCluster } from '../cluster.ts';
import type { CommittedOffsets } from '../committed-offsets.ts';
import type { Crowd } from '../crowd.ts';
import type { Findings } from '../findings.ts';
import type { Flushing } from '../flushing.ts';
import type { History, ProducerMode, TopicPlan } from '../history.ts';
import type { Ownership } from '../ownership.ts';
import type { TransactionLedger } from '../transaction-ledger.ts';
import type { ClientProcess } from './client-process.ts';
import { followCommitted } from './committed-reader.ts';
import { ConsumerMember } from './consumer-member.ts';
import { Copier } from './copier.ts';
import { GroupMember } from './group-member.ts';
import { moveLeaders } from './leader-mover.ts';
import { MovingMember } from './moving-member.ts';
import { Producer } from './producer.ts';
import { followPartition } from './reader.ts';
import { watchTransactions } from './transaction-admin.ts';
import { TransactionalWriter } from './transactional-writer.ts';

const PRODUCERS: readonly (ProducerMode & { readonly topic: number })[] = [
  { topic: 0, acks: 1, isIdempotent: false, batchesUnderWay: 1 },
  { topic: 0, acks: -1, isIdempotent: true, batchesUnderWay: 1 },
  { topic: 1, acks: -1, isIdempotent: false, batchesUnderWay: 1 },
  { topic: 1, acks: -1, isIdempotent: true, batchesUnderWay: 4 },
];

const GROUP = 'readers';
const GROUP_MEMBERS = 3;
/** Which topic the groups read. */
const GROUP_TOPIC = 0;
const CONSUMER_GROUP = 'watchers';
const MOVING_GROUP = 'wanderers';

/** The group that copies, and which topic it reads. */
export const COPYING = { groupId: 'copiers', topic: 1 } as const;

export interface ClientWork {
  readonly cluster: SimulatedCluster;
  readonly crowd: Crowd;
  readonly flushing: Flushing;
  readonly history: History;
  readonly offsets: CommittedOffsets;
  readonly ownership: Ownership;
  readonly ledger: TransactionLedger;
  readonly findings: Findings;
  readonly isOver: () => boolean;
}

/** Somebody at work. */
export interface Worker {
  readonly name: string;
  readonly done: Promise<void>;
}

/** Sets producers, the members of groups and readers to work. */
export function startClients(work: ClientWork): readonly Worker[] {
  return [...startProducers(work), ...startGroups(work), ...startOthers(work), ...startTransactions(work)];
}

function worker({ name }: ClientProcess, done: Promise<void>): Worker {
  return { name, done };
}

function startProducers({ cluster, flushing, ...shared }: ClientWork): Worker[] {
  return PRODUCERS.map((mode, index) => {
    const topic = planned(flushing, mode.topic);
    const client = cluster.newClient(`producer${index}`);
    return worker(client, new Producer({ client, topic, mode, ...shared }).run());
  });
}

function startGroups({ cluster, flushing, crowd, ...shared }: ClientWork): Worker[] {
  const topic = planned(flushing, GROUP_TOPIC);
  // Each of them by a name of its own, or none of them.
  const optionsOf = (client: ClientProcess, groupId: string, areStatic: boolean) => ({
    ...{ client, groupId, topic, instanceId: areStatic ? client.name : null, ...shared },
  });
  const classic = clientsOf(cluster, 'member', GROUP_MEMBERS).map((client) =>
    worker(client, new GroupMember(optionsOf(client, GROUP, crowd.areMembersStatic)).run()),
  );
  const newer = clientsOf(cluster, 'consumer', crowd.consumers).map((client) =>
    worker(client, new ConsumerMember(optionsOf(client, CONSUMER_GROUP, crowd.areConsumersStatic)).run()),
  );
  shared.ownership.mayRestart(MOVING_GROUP);
  const wandering = clientsOf(cluster, 'wanderer', crowd.wanderers).map((client) =>
    worker(client, new MovingMember(optionsOf(client, MOVING_GROUP, false)).run()),
  );
  return [...classic, ...newer, ...wandering];
}

function startTransactions({ cluster, flushing, crowd, ...shared }: ClientWork): Worker[] {
  const { ledger: topic, copies } = flushing;
  const work = crowd.writers.map((version, index) => {
    const client = cluster.newClient(`writer${index}`);
    return worker(client, new TransactionalWriter({ client, topic, version, ...shared }).run());
  });
  for (const [index, version] of crowd.copiers.entries()) {
    const client = cluster.newClient(`copier${index}`);
    const topicRead = planned(flushing, COPYING.topic);
    const input = { groupId: COPYING.groupId, topic: topicRead, instanceId: null };
    work.push(worker(client, new Copier({ client, version, copies, ...input, ...shared }).run()));
  }
  for (const [plan, writers] of [
    [topic, crowd.writers],
    [copies, crowd.copiers],
  ] as const)
    for (let partition = 0; partition < plan.partitions && writers.length > 0; partition++) {
      const client = cluster.newClient(`committed-${plan.name}-${partition}`);
      work.push(worker(client, followCommitted({ client, topic: plan.name, partition, ...shared })));
    }
  const brokers = cluster.machines.map(({ id }) => id);
  if (work.length > 0) {
    const client = cluster.newClient('auditor');
    work.push(worker(client, watchTransactions({ client, brokers, ...shared })));
  }
  return work;
}

function startOthers({ cluster, flushing, crowd, ...shared }: ClientWork): Worker[] {
  const work: Worker[] = [];
  const brokers = cluster.machines.map(({ id }) => id);
  const { topics, ledger, copies } = flushing;
  const moved = [...topics.map(({ name }) => name), GROUP_METADATA_TOPIC];
  // Who asks for a topic of the broker's own has it made.
  if (crowd.writers.length + crowd.copiers.length > 0)
    moved.push(ledger.name, copies.name, TRANSACTION_STATE_TOPIC);
  if (brokers.length > 1) {
    const client = cluster.newClient('mover');
    work.push(worker(client, moveLeaders({ client, brokers, topics: moved, ...shared })));
  }
  for (const { topic, partition } of shared.history.partitions) {
    const client = cluster.newClient(`reader-${topic}-${partition}`);
    work.push(worker(client, followPartition({ client, topic, partition, ...shared })));
  }
  return work;
}

function clientsOf(cluster: SimulatedCluster, name: string, count: number): ClientProcess[] {
  return Array.from({ length: count }, (_, index) => cluster.newClient(`${name}${index}`));
}

function planned({ topics }: Flushing, index: number): TopicPlan {
  const topic = topics[index];
  if (topic === undefined) throw new Error(`no topic ${index} was planned`);
  return topic;
}
