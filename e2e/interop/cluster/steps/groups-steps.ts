import { type GroupMembers, javaMembers } from '../../clients/group-members.ts';
import { recordsAre } from '../cluster-state.ts';
import { offsetsAreGone } from '../group-state.ts';
import { consumers, coordinators, idsByClients, unordered } from '../rules.ts';
import type { ThreeNodes } from '../three-nodes.ts';
import { run, type Section, state, stepsOf } from '../tool-step.ts';

const groups = stepsOf('kafka-consumer-groups', '--bootstrap-server SERVERS');
const rules = [coordinators, consumers, unordered];
const resetting = '--reset-offsets --group counters';
const described = (line: string) => groups(line, { rules });

/** The first record of each key decides its partition: the same in both, for the producer hashes. */
const records = Array.from({ length: 60 }, (_, index) => `key-${index}\tvalue ${index}\n`).join('');

/** Consumers of both clusters, in one JVM; started when they are first needed. */
let members: GroupMembers | null = null;

/** Makes a member of a group that reads what is counted; resolves when it has read and committed all of it. */
async function join(
  cluster: ThreeNodes,
  group: string,
  own: Readonly<Record<string, string>> = {},
): Promise<void> {
  members ??= javaMembers();
  const name = nameIn(cluster, group);
  const bootstrap = cluster.nodes.map((node) => node.bootstrap).join(',');
  const configs = {
    ...{ 'bootstrap.servers': bootstrap, 'group.id': group, 'client.id': 'reader' },
    ...{ 'auto.offset.reset': 'earliest', ...own },
  };
  await members.open(name, 'counted', { commits: true, configs });
  members.go();
  const committed = () =>
    members?.events.filter((event) => event.kind === 'committed' && event.name === name) ?? [];
  await members.until('all records are committed', () => {
    const ends = new Map(committed().map(({ words }) => [words[0], Number(words[1])]));
    return [...ends.values()].reduce((sum, end) => sum + end, 0) === 60;
  });
}

async function leave(cluster: ThreeNodes, group: string): Promise<void> {
  const name = nameIn(cluster, group);
  members?.leave(name);
  await members?.until('the member has left', () => members?.has('closed', name) === true);
}

function nameIn(cluster: ThreeNodes, group: string): string {
  return `${cluster.name.replace(' ', '-')}${cluster.folder.slice(-6)}-${group}`;
}

async function removeSeat(cluster: ThreeNodes, group: string, instance: string): Promise<void> {
  await members?.remove(cluster.nodes[0]?.bootstrap ?? '', group, instance);
}

/** Ends the JVM of the members. */
export async function closeMembers(): Promise<void> {
  await members?.close();
}

const file = { 'offsets.csv': 'counted,0,1\ncounted,1,2\n' };

export const emptyGroups: Section = {
  title: 'Offsets of a group without members',
  steps: [
    run(
      'kafka-topics',
      '--bootstrap-server SERVERS --create --topic counted --replica-assignment 1:2:3,2:3:1,3:1:2',
    ),
    run(
      'kafka-console-producer',
      '--bootstrap-server SERVERS --topic counted --reader-property parse.key=true',
      { input: records },
    ),
    state('All 60 records are there.', (cluster) => recordsAre(cluster, 'counted', 60)),
    ...['', '--members ', '--offsets ', '--state '].map((what) => groups(`--describe ${what}--group nobody`)),
    groups(`${resetting} --topic counted --to-offset 2 --dry-run`, { rules }),
    groups('--describe --group counters'),
    groups(`${resetting} --topic counted --to-offset 2 --execute`, { rules }),
    ...['', '--offsets --verbose ', '--members --verbose ', '--state '].map((what) =>
      described(`--describe ${what}--group counters`),
    ),
    ...['--state', '--state Empty', '--state Stable', '--state never', '--type', '--type consumer'].map(
      (what) => groups(`--list ${what}`, { rules: [unordered] }),
    ),
    ...[
      '--shift-by 3',
      '--shift-by -100',
      '--to-latest',
      '--to-earliest',
      '--to-current',
      '--to-offset 1000',
      '--to-datetime 2001-01-01T00:00:00.000',
      '--by-duration PT24H',
    ].map((how) => groups(`${resetting} --topic counted ${how} --execute`, { rules })),
    groups(`${resetting} --topic counted:0,2 --to-offset 4 --execute`, { rules }),
    groups(`${resetting} --topic counted:7 --to-offset 4 --execute`, { rules }),
    groups(`${resetting} --topic nowhere --to-latest --execute`, { rules }),
    groups(`${resetting} --all-topics --to-latest --export`, { rules }),
    groups(`${resetting} --from-file @offsets.csv --execute`, { rules, files: file }),
    groups(`${resetting} --topic counted --execute`, { rules }),
    described('--describe --group counters --offsets'),
    groups('--delete-offsets --group counters --topic counted:0', { rules }),
    groups('--delete-offsets --group counters --topic counted:0,1,9', { rules }),
    groups('--delete-offsets --group counters --topic nowhere', { rules }),
    groups('--delete-offsets --group nobody --topic counted', { rules }),
    described('--describe --group counters --offsets'),
    groups('--delete --group counters --group nobody', { rules }),
    groups('--delete --group counters', { rules }),
  ],
};

const byEpochs = 'by-epochs';
const configs = stepsOf(
  'kafka-configs',
  `--bootstrap-server SERVERS --entity-type groups --entity-name ${byEpochs}`,
);
const describedByEpochs = (...what: readonly string[]) =>
  what.map((kind) => groups(`--describe ${kind}--group ${byEpochs}`, { rules: [...rules, idsByClients] }));

export const liveConsumerGroup: Section = {
  title: 'A group of the consumer protocol, with a static member',
  steps: [
    configs('--alter --add-config consumer.session.timeout.ms=50000'),
    state('A static consumer of the consumer protocol has read all of it.', (cluster) =>
      join(cluster, byEpochs, { 'group.protocol': 'consumer', 'group.instance.id': 'seat' }),
    ),
    ...describedByEpochs('', '--members ', '--members --verbose ', '--state ', '--state --verbose '),
    ...describedByEpochs('--offsets --verbose '),
    ...['--state', '--type', '--type consumer', '--type classic', '--type consumer --state stable'].map(
      (what) => groups(`--list ${what}`, { rules: [unordered] }),
    ),
    run('kafka-groups', '--bootstrap-server SERVERS --list --group-type consumer', { rules: [unordered] }),
    run('kafka-groups', '--bootstrap-server SERVERS --list --consumer', { rules: [unordered] }),
    groups(`--reset-offsets --group ${byEpochs} --topic counted --to-earliest --execute`, { rules }),
    groups(`--delete --group ${byEpochs}`, { rules }),
    groups(`--delete-offsets --group ${byEpochs} --topic counted:0`, { rules }),
    configs('--alter --add-config consumer.heartbeat.interval.ms=15000'),
    configs('--alter --add-config consumer.heartbeat.interval.ms=15001'),
    configs('--describe'),
    state('It ends, and does not leave: its seat is kept for it.', (cluster) => leave(cluster, byEpochs)),
    ...describedByEpochs('--members ', '--state '),
    state('Its seat is taken away from it.', (cluster) => removeSeat(cluster, byEpochs, 'seat')),
    ...describedByEpochs('', '--members ', '--state --verbose '),
    groups(`--reset-offsets --group ${byEpochs} --topic counted --to-offset 3 --execute`, { rules }),
    groups(`--delete-offsets --group ${byEpochs} --topic counted:0`, { rules }),
    ...describedByEpochs('--offsets '),
    configs('--alter --delete-config consumer.session.timeout.ms,consumer.heartbeat.interval.ms'),
    groups(`--delete --group ${byEpochs}`, { rules }),
    groups(`--describe --group ${byEpochs}`, { rules }),
  ],
};

export const liveGroup: Section = {
  title: 'A group with a member',
  steps: [
    state('A consumer of the classic protocol has read all of it.', (cluster) => join(cluster, 'live')),
    ...['', '--members ', '--members --verbose ', '--state ', '--offsets --verbose '].map((what) =>
      described(`--describe ${what}--group live`),
    ),
    groups('--list --state', { rules: [unordered] }),
    groups('--list --type', { rules: [unordered] }),
    run('kafka-groups', '--bootstrap-server SERVERS --list --group-type classic', { rules: [unordered] }),
    groups('--reset-offsets --group live --topic counted --to-earliest --execute', { rules }),
    groups('--delete --group live', { rules }),
    groups('--delete-offsets --group live --topic counted', { rules }),
    state('It leaves.', (cluster) => leave(cluster, 'live')),
    ...['', '--members ', '--state '].map((what) => described(`--describe ${what}--group live`)),
    run('kafka-topics', '--bootstrap-server SERVERS --delete --topic counted'),
    state('Its offsets are gone with it.', (cluster) => offsetsAreGone(cluster, 'live')),
    described('--describe --group live'),
    groups('--delete --group live', { rules }),
  ],
};
