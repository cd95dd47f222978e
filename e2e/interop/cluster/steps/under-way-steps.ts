import { partitionsAre, settled } from '../cluster-state.ts';
import { unordered } from '../rules.ts';
import { run, type Section, state } from '../tool-step.ts';
import {
  byController,
  CANCEL,
  describeTopic,
  done,
  EXECUTE,
  plan,
  reassign,
  VERIFY,
} from './reassignment-steps.ts';

const topics = '--bootstrap-server SERVERS';
const brokerConfigs = run('kafka-configs', `${topics} --describe --entity-type brokers`, {
  rules: [unordered],
});

/** Eight megabytes, which take minutes at a thousand bytes a second. */
const heavyRecords = `${'x'.repeat(200_000)}\n`.repeat(40);
const slow = plan(['heavy', 0, [1, 2]]);
const swap = plan(['pair', 0, [1, 2]], ['pair', 1, [2, 3]]);

/** So slow that it is under way for as long as it is looked at. */
export const underWay: Section = {
  title: 'A reassignment is under way',
  steps: [
    run('kafka-topics', `${topics} --create --topic heavy --replica-assignment 1`),
    run('kafka-console-producer', `${topics} --topic heavy --timeout 1 --sync`, {
      input: heavyRecords,
    }),
    reassign(`${EXECUTE} --throttle 1000`, slow),
    reassign('--list'),
    byController('--list'),
    reassign(VERIFY, slow),
    describeTopic('heavy'),
    run('kafka-topics', `${topics} --describe --under-replicated-partitions`),
    reassign(EXECUTE, plan(['heavy', 0, [1, 3]])),
    reassign(`${EXECUTE} --additional --throttle 2000`, swap),
    brokerConfigs,
    run('kafka-configs', `${topics} --describe --topic heavy`),
    run('kafka-configs', `${topics} --describe --topic pair`),
    reassign(`${CANCEL} --preserve-throttles`, swap),
    byController(`${CANCEL} --preserve-throttles`, slow),
    reassign('--list'),
    describeTopic('heavy'),
    reassign(`${EXECUTE} --throttle 1000`, slow),
    reassign(CANCEL, slow),
    state('What was taken back is gone.', settled),
    brokerConfigs,
    run('kafka-configs', `${topics} --describe --topic heavy`),
    reassign(EXECUTE, slow),
    done,
    state('Both replicas are in sync.', (cluster) => partitionsAre(cluster, 'heavy', [{ isr: [1, 2] }])),
    describeTopic('heavy'),
    run('kafka-topics', `${topics} --delete --topic heavy`),
  ],
};
