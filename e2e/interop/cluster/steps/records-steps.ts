import { partitionsAre, recordsAre } from '../cluster-state.ts';
import { type Rule, replicasByBroker, times, topicIds, unordered } from '../rules.ts';
import { run, type Section, state, stepsOf } from '../tool-step.ts';

const offsets = stepsOf('kafka-get-offsets', '--bootstrap-server SERVERS');
const logDirs = stepsOf('kafka-log-dirs', '--bootstrap-server SERVERS');
const deleting = '--bootstrap-server SERVERS --offset-json-file @records.json';

/** The first record of each key decides its partition: the same in both, for the producer hashes. */
const records = Array.from({ length: 60 }, (_, index) => `key-${index}\tvalue ${index}\n`).join('');

const progress: Rule = {
  name: 'progress of the verification',
  why: 'the tool reports several times a second how far it is until it is through',
  apply: (output) =>
    output
      .split('\n')
      .filter((line) => !/max lag is [1-9]/.test(line))
      .join('\n'),
};

function upTo(partitions: readonly object[]) {
  return { files: { 'records.json': JSON.stringify({ version: 1, partitions }) }, rules: [unordered] };
}

export const offsetsOfRecords: Section = {
  title: 'Records and their offsets',
  steps: [
    run(
      'kafka-console-producer',
      '--bootstrap-server SERVERS --topic placed --reader-property parse.key=true',
      { input: records },
    ),
    state('All 60 records are there.', (cluster) => recordsAre(cluster, 'placed', 60)),
    ...['latest', 'earliest', 'earliest-local', 'latest-tiered', 'earliest-pending-upload'].map((time) =>
      offsets(`--topic placed --time ${time}`),
    ),
    ...[-1, -2, -4, -5, -6, 0, 9_000_000_000_000].map((time) => offsets(`--topic placed --time ${time}`)),
    offsets('--topic placed --time never'),
    offsets('--topic nowhere'),
    offsets('--topic-partitions placed:1,pair:0-2'),
    offsets('--exclude-internal-topics', { rules: [unordered] }),
    run(
      'kafka-delete-records',
      deleting,
      upTo([
        { topic: 'placed', partition: 0, offset: 5 },
        { topic: 'placed', partition: 1, offset: -1 },
        { topic: 'placed', partition: 2, offset: 1_000 },
        { topic: 'pair', partition: 0, offset: 1 },
      ]),
    ),
    offsets('--topic placed --time earliest'),
    run(
      'kafka-delete-records',
      deleting,
      upTo([
        { topic: 'placed', partition: 0, offset: 5 },
        { topic: 'placed', partition: 0, offset: 6 },
      ]),
    ),
    run(
      'kafka-console-consumer',
      '--bootstrap-server SERVERS --topic placed --group readers --from-beginning --max-messages 10 --timeout-ms 20000 --formatter-property print.value=false',
      { rules: [unordered] },
    ),
    state('The offsets topic is replicated three times.', (cluster) =>
      partitionsAre(
        cluster,
        '__consumer_offsets',
        [0, 1, 2].map(() => ({ isr: [1, 2, 3] })),
      ),
    ),
    run('kafka-topics', '--bootstrap-server SERVERS --list'),
    run('kafka-topics', '--bootstrap-server SERVERS --list --exclude-internal'),
    run('kafka-topics', '--bootstrap-server SERVERS --describe --exclude-internal --topic placed', {
      rules: [topicIds],
    }),
    run(
      'kafka-replica-verification',
      '--broker-list SERVERS --topics-include placed --time -2 --report-interval-ms 200',
      { until: /max lag is 0 for partition/, rules: [times, progress] },
    ),
    run('kafka-consumer-groups', '--bootstrap-server SERVERS --list'),
    run('kafka-groups', '--bootstrap-server SERVERS --list'),
  ],
};

export const logDirectories: Section = {
  title: 'Log directories',
  steps: [
    logDirs('--describe --topic-list placed', { rules: [replicasByBroker] }),
    logDirs('--describe --broker-list 1,2 --topic-list alone', { rules: [replicasByBroker] }),
    logDirs('--describe --broker-list 7'),
    run(
      'kafka-reassign-partitions',
      '--bootstrap-server SERVERS --execute --reassignment-json-file @move.json',
      {
        files: {
          'move.json': JSON.stringify({
            version: 1,
            partitions: [{ topic: 'alone', partition: 0, replicas: [3], log_dirs: ['/data/3/b'] }],
          }),
        },
        rules: [times],
      },
    ),
  ],
};
