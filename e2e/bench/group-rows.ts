import { type GroupMembers, javaMembers } from '../interop/clients/group-members.ts';
import { WireClient } from '../interop/differential/wire-client.ts';
import { prepareOneOdradek } from './cluster-contender.ts';
import type { Contender } from './contender.ts';
import { largestResidentMegabytes } from './process-usage.ts';
import { type Measurement, onEach, type Row, seconds } from './row.ts';

const JVMS = 2;
const MEMBERS = 100;
const PARTITIONS = 300;
/** One after the other: what they had goes to others with heartbeats that lie anywhere in an interval, so the mean counts. */
const LEAVING = 4;
const PROTOCOLS = ['classic', 'consumer'] as const;

const joinedBy = (protocol: string) => `100 members join, ${protocol}: stable after, ms`;
const leftBy = (protocol: string) => `1 of 100 leaves, ${protocol}: stable after, ms`;

/** Names of groups are not used again, so that each begins empty. */
let groupsMade = 0;

/**
 * A hundred consumers in two JVMs over 300 partitions, at the Java client's own intervals: all join at once, then some
 * leave, one at a time. Stable is when every partition has an owner and each member its share.
 */
export const groups: Row = {
  name: 'groups',
  pairs: 3,
  contenders: 'clusters',
  keepsRunning: true,
  budgets: PROTOCOLS.flatMap((protocol) =>
    [joinedBy(protocol), leftBy(protocol)].map((quantity) => ({
      ...{ quantity, kind: 'ratio at most' as const, bound: 1.2 },
    })),
  ),
  measure: (contenders) =>
    onEach(contenders, async (_tools, contender) => {
      await createTopic(contender, TOPIC, PARTITIONS);
      const measured: Measurement[] = [];
      for (const protocol of PROTOCOLS) measured.push(...(await stabilised(contender, protocol)));
      return measured;
    }),
};

async function stabilised({ bootstrap }: Contender, protocol: string): Promise<Measurement[]> {
  groupsMade += 1;
  const configs = {
    ...{ 'bootstrap.servers': bootstrap, 'group.id': `group-${groupsMade}`, 'group.protocol': protocol },
    'auto.offset.reset': 'latest',
  };
  const jvms = Array.from({ length: JVMS }, () => javaMembers({ jvm: ['-Xmx1g', '-XX:+UseSerialGC'] }));
  await Promise.all(
    Array.from({ length: MEMBERS }, (_, index) => jvms[index % JVMS]?.open(`m${index}`, TOPIC, { configs })),
  );
  const begun = Date.now();
  for (const jvm of jvms) jvm.go();
  const joined = (await stableOf(jvms, MEMBERS)) - begun;
  let afterLeaves = 0;
  for (let leaving = 0; leaving < LEAVING; leaving += 1) {
    // Heartbeats are to lie where they lie by themselves.
    await seconds(1);
    const left = Date.now();
    jvms[leaving % JVMS]?.leave(`m${leaving}`);
    afterLeaves += (await stableOf(jvms, MEMBERS - 1 - leaving)) - left;
  }
  await Promise.all(jvms.map((jvm) => jvm.close()));
  return [
    { quantity: joinedBy(protocol), value: joined },
    { quantity: leftBy(protocol), value: afterLeaves / LEAVING },
  ];
}

const IDLE_GROUPS = 5_000;
const CONNECTIONS = 20;
/** Of each group, as many as a group of a few topics commits. */
const OFFSETS_EACH = 10;
/** As Kafka allows them at most: nobody is expelled while it is looked. */
const SESSION_TIMEOUT_MS = 1_800_000;

/** What the memory of one broker grows by when groups of one member each come, commit and are silent. */
export const groupsMemory: Row = {
  name: 'groups-memory',
  pairs: 1,
  keepsRunning: false,
  budgets: [{ quantity: '5,000 idle groups, MB', kind: 'at most', bound: 100 }],
  // The budget is absolute, so Apache Kafka is not measured.
  measure: async () => {
    const folder = prepareOneOdradek();
    const contender = await folder.start();
    await createTopic(contender, 'committed', OFFSETS_EACH);
    await makeGroups(contender, 'warming', 200);
    await seconds(10);
    const before = await largestResidentMegabytes(contender.pids);
    await makeGroups(contender, 'idle', IDLE_GROUPS);
    await seconds(20);
    const value = (await largestResidentMegabytes(contender.pids)) - before;
    await contender.stop();
    await folder.remove();
    return { 'Apache Kafka': [], Odradek: [{ quantity: '5,000 idle groups, MB', value }] };
  },
};

async function makeGroups({ bootstrap }: Contender, prefix: string, count: number): Promise<void> {
  const makers = Array.from({ length: CONNECTIONS }, async (_, maker) => {
    const wire = new WireClient(bootstrap);
    // Whoever is the first to ask has the offsets topic made.
    await wire.send('FindCoordinator', 4, { keyType: 0, coordinatorKeys: [prefix] });
    for (let index = maker; index < count; index += CONNECTIONS) await makeGroup(wire, `${prefix}-${index}`);
    wire.close();
  });
  await Promise.all(makers);
}

/** A member with an assignment, and offsets that it has committed. */
async function makeGroup(wire: WireClient, groupId: string): Promise<void> {
  const joined = await settledAnswer<{ memberId: string; generationId: number }>(wire, 'JoinGroup', 3, {
    ...{ groupId, sessionTimeoutMs: SESSION_TIMEOUT_MS, rebalanceTimeoutMs: 60_000, memberId: '' },
    ...{ protocolType: 'consumer', protocols: [{ name: 'range', metadata: SUBSCRIPTION }] },
  });
  const member = { groupId, memberId: joined.memberId, generationId: joined.generationId };
  const assignments = [{ memberId: joined.memberId, assignment: Buffer.alloc(80) }];
  await settledAnswer(wire, 'SyncGroup', 3, { ...member, assignments });
  const partitions = Array.from({ length: OFFSETS_EACH }, (_, partitionIndex) => ({
    ...{ partitionIndex, committedOffset: 1_000_000 },
  }));
  await wire.send('OffsetCommit', 8, {
    ...{ groupId, memberId: joined.memberId, generationIdOrMemberEpoch: joined.generationId },
    topics: [{ name: 'committed', partitions }],
  });
}

/** The subscription of a Java consumer to one topic. */
const SUBSCRIPTION = Buffer.from(
  `0003000000010009${Buffer.from('committed').toString('hex')}ffffffff00000000ffffffffffff`,
  'hex',
);

/** Asks again while the coordinator comes to be. */
async function settledAnswer<Answer>(
  wire: WireClient,
  ...request: Parameters<WireClient['send']>
): Promise<Answer> {
  for (;;) {
    const answer = await wire.send(...request);
    if (!('response' in answer)) throw new Error('the broker closed the connection');
    const response = answer.response as Answer & { readonly errorCode: number };
    if (response.errorCode === 0) return response;
    if (![14, 15, 16].includes(response.errorCode)) throw new Error(`error ${response.errorCode}`);
    await seconds(0.05);
  }
}

/** When the last of the members got the last partition. */
async function stableOf(jvms: readonly GroupMembers[], members: number): Promise<number> {
  const ownerships = () => jvms.flatMap((jvm) => [...jvm.owned.values()]);
  const isStable = () => {
    const counts = ownerships().map(({ partitions }) => partitions.length);
    const most = Math.ceil(PARTITIONS / members);
    return (
      counts.length === members &&
      counts.every((count) => count > 0 && count <= most) &&
      new Set(ownerships().flatMap(({ partitions }) => partitions)).size === PARTITIONS
    );
  };
  while (!isStable()) {
    await Promise.race(jvms.map((jvm) => jvm.until('stable', isStable, 120_000)));
  }
  return Math.max(...ownerships().map(({ atMs }) => atMs));
}

const TOPIC = 'many-partitions';
const TOPIC_ALREADY_EXISTS = 36;

async function createTopic({ bootstrap }: Contender, name: string, numPartitions: number): Promise<void> {
  const wire = new WireClient(bootstrap.split(',')[0] ?? '');
  const topics = [{ name, numPartitions, replicationFactor: 1 }];
  const answer = await wire.send('CreateTopics', 7, { topics, timeoutMs: 30_000 });
  wire.close();
  if (!('response' in answer)) throw new Error('the broker closed the connection');
  const [topic] = (answer.response as { topics: readonly { errorCode: number }[] }).topics;
  if (topic?.errorCode !== 0 && topic?.errorCode !== TOPIC_ALREADY_EXISTS)
    throw new Error(`the topic was not made: ${topic?.errorCode}`);
}
