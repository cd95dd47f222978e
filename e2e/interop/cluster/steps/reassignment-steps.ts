import { everythingInSync, nothingReassigned } from '../cluster-state.ts';
import { anyDirectory, sizes, sortedJson, topicIds, unordered } from '../rules.ts';
import { run, type Section, state, stepsOf } from '../tool-step.ts';

export const reassign = stepsOf('kafka-reassign-partitions', '--bootstrap-server SERVERS');
export const byController = stepsOf('kafka-reassign-partitions', '--bootstrap-controller CONTROLLERS');
export const describeTopic = (topic: string) =>
  run('kafka-topics', `--bootstrap-server SERVERS --describe --topic ${topic}`, { rules: [topicIds] });

type Moved = readonly [
  topic: string,
  partition: number,
  replicas: readonly number[],
  logDirs?: readonly string[],
];

export function plan(...moved: readonly Moved[]) {
  const partitions = moved.map(([topic, partition, replicas, logDirs]) => ({
    topic,
    partition,
    replicas,
    ...(logDirs && { log_dirs: logDirs }),
  }));
  return {
    files: { 'plan.json': JSON.stringify({ version: 1, partitions }) },
    rules: [anyDirectory, sortedJson],
  };
}

export const EXECUTE = '--execute --reassignment-json-file @plan.json';
export const VERIFY = '--verify --reassignment-json-file @plan.json';
export const CANCEL = '--cancel --reassignment-json-file @plan.json';
/** And every replica is in sync: on a slow machine one may fall out again as soon as the last was added. */
export const done = state('The reassignment is done.', async (cluster) => {
  await nothingReassigned(cluster);
  await everythingInSync(cluster);
});

const toMove = {
  files: { 'topics.json': JSON.stringify({ version: 1, topics: [{ topic: 'pair' }] }) },
  rules: [
    anyDirectory,
    sortedJson,
    { name: 'proposed', why: 'the tool begins its proposal at a broker that it draws', apply: proposed },
  ],
};

function proposed(output: string): string {
  return output.replaceAll(/("replicas":\[)[^\]]*(\])/g, '$1…$2');
}

const swap = plan(['pair', 0, [2, 1]], ['pair', 1, [3, 1]]);

export const reassigning: Section = {
  title: 'Partitions are reassigned',
  steps: [
    reassign('--generate --topics-to-move-json-file @topics.json --broker-list 1,2,3', toMove),
    reassign('--generate --topics-to-move-json-file @topics.json --broker-list 1,9', toMove),
    reassign('--list'),
    byController('--list'),
    reassign(VERIFY, swap),
    reassign(EXECUTE, swap),
    done,
    reassign(VERIFY, swap),
    describeTopic('pair'),
    reassign(`${EXECUTE} --throttle 1000000`, plan(['placed', 0, [2, 1]], ['alone', 0, [1, 2, 3]])),
    done,
    run('kafka-configs', '--bootstrap-server SERVERS --describe --entity-type brokers', {
      rules: [unordered],
    }),
    run('kafka-configs', '--bootstrap-server SERVERS --describe --topic placed'),
    reassign(VERIFY, plan(['placed', 0, [2, 1]], ['alone', 0, [1, 2, 3]])),
    run('kafka-configs', '--bootstrap-server SERVERS --describe --entity-type brokers', {
      rules: [unordered],
    }),
    run('kafka-configs', '--bootstrap-server SERVERS --describe --topic placed'),
    describeTopic('alone'),
    reassign(`${EXECUTE} --disallow-replication-factor-change`, plan(['alone', 0, [1]])),
    reassign(EXECUTE, plan(['alone', 0, [3]], ['placed', 0, [1, 2, 3]])),
    done,
    describeTopic('placed'),
    reassign(EXECUTE, plan(['pair', 0, [1, 9]])),
    reassign(EXECUTE, plan(['pair', 0, [1, 1]])),
    reassign(EXECUTE, plan(['pair', 0, []])),
    reassign(EXECUTE, plan(['pair', 70, [1]])),
    reassign(EXECUTE, plan(['nowhere', 0, [1]])),
    reassign(VERIFY, plan(['nowhere', 0, [1]])),
    reassign(CANCEL, plan(['pair', 0, [1, 2]])),
    reassign(EXECUTE, plan(['pair', 0, [2, 1], ['any', '/nowhere']])),
    reassign(EXECUTE, plan(['alone', 0, [3], ['/data/3/b']])),
    reassign(VERIFY, plan(['alone', 0, [3], ['/data/3/b']])),
    run('kafka-log-dirs', '--bootstrap-server SERVERS --describe --broker-list 3 --topic-list alone', {
      rules: [sortedJson, sizes],
    }),
  ],
};
