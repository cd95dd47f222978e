import { GROUP_METADATA_TOPIC } from '../../../src/metadata/topic-name.ts';
import type { SimulatedCluster } from '../cluster.ts';
import type { CommittedOffsets } from '../committed-offsets.ts';
import type { Findings } from '../findings.ts';
import type { History, ProducerMode, TopicPlan } from '../history.ts';
import { GroupMember } from './group-member.ts';
import { moveLeaders } from './leader-mover.ts';
import { Producer } from './producer.ts';
import { followPartition } from './reader.ts';

const PRODUCERS: readonly (ProducerMode & { readonly topic: number })[] = [
  { topic: 0, acks: 1, isIdempotent: false, batchesUnderWay: 1 },
  { topic: 0, acks: -1, isIdempotent: true, batchesUnderWay: 1 },
  { topic: 1, acks: -1, isIdempotent: false, batchesUnderWay: 1 },
  { topic: 1, acks: -1, isIdempotent: true, batchesUnderWay: 4 },
];

const GROUP = 'readers';
const GROUP_MEMBERS = 3;
/** Which topic the group reads. */
const GROUP_TOPIC = 0;

export interface ClientWork {
  readonly cluster: SimulatedCluster;
  readonly topics: readonly TopicPlan[];
  readonly history: History;
  readonly offsets: CommittedOffsets;
  readonly findings: Findings;
  readonly isOver: () => boolean;
}

/** Sets producers, the members of a group and readers to work; each promise is one of them at its end. */
export function startClients({ cluster, topics, offsets, ...shared }: ClientWork): Promise<void>[] {
  const work: Promise<void>[] = [];
  for (const [index, mode] of PRODUCERS.entries()) {
    const topic = topics[mode.topic];
    if (topic === undefined) continue;
    const client = cluster.newClient(`producer${index}`);
    work.push(new Producer({ client, topic, mode, ...shared }).run());
  }
  const groupTopic = topics[GROUP_TOPIC];
  for (let index = 0; index < GROUP_MEMBERS && groupTopic !== undefined; index++) {
    const client = cluster.newClient(`member${index}`);
    work.push(new GroupMember({ client, groupId: GROUP, topic: groupTopic, offsets, ...shared }).run());
  }
  if (cluster.machines.length > 1) {
    const moved = [...topics.map(({ name }) => name), GROUP_METADATA_TOPIC];
    const brokers = cluster.machines.map(({ id }) => id);
    const client = cluster.newClient('mover');
    work.push(moveLeaders({ client, topics: moved, brokers, ...shared }));
  }
  for (const { topic, partition } of shared.history.partitions) {
    const client = cluster.newClient(`reader-${topic}-${partition}`);
    work.push(followPartition({ client, topic, partition, ...shared }));
  }
  return work;
}
