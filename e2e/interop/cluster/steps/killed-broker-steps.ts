import { brokersAlive, partitionsAre, settled } from '../cluster-state.ts';
import { givingUp, metadataOffsets, placement, replicasByBroker, topicIds, unordered } from '../rules.ts';
import type { ThreeNodes } from '../three-nodes.ts';
import { IMPATIENT, run, type Section, state, stepsOf } from '../tool-step.ts';
import { elect, inAnyOrder, named } from './election-steps.ts';
import { votersById } from './quorum-steps.ts';
import { done, EXECUTE, plan, reassign, VERIFY } from './reassignment-steps.ts';

const topics = stepsOf('kafka-topics', '--bootstrap-server SERVERS');
const described = { rules: [topicIds] };

async function killThird(cluster: ThreeNodes): Promise<void> {
  await cluster.nodes[2]?.end('SIGKILL');
  await brokersAlive(cluster, [1, 2]);
  await partitionsAre(cluster, 'placed', [
    { leader: 1, isr: [1, 2] },
    { leader: 2, isr: [1, 2] },
    { leader: 1, isr: [1, 2] },
  ]);
  await settled(cluster);
}

async function startThird(cluster: ThreeNodes): Promise<void> {
  cluster.nodes[2]?.start();
  await brokersAlive(cluster, [1, 2, 3]);
  const isr = [1, 2, 3];
  await partitionsAre(cluster, 'placed', [{ isr }, { isr }, { isr }]);
  await settled(cluster);
}

const toThird = plan(['pair', 1, [3, 1]]);

export const killed: Section = {
  title: 'One broker is killed',
  steps: [
    topics('--delete --topic orders|defaults'),
    state('Broker 3 is killed (kill -9) and fenced.', killThird),
    topics('--describe --topic placed', described),
    topics('--describe --topic alone', described),
    topics('--describe --under-replicated-partitions --exclude-internal', { rules: [topicIds, placement] }),
    topics('--describe --unavailable-partitions', described),
    topics('--describe --at-min-isr-partitions --topic placed', described),
    topics('--describe --under-min-isr-partitions', described),
    topics('--create --topic three --partitions 1 --replication-factor 3'),
    topics('--create --topic three --replica-assignment 1:2:3'),
    topics('--describe --topic three', { rules: [topicIds, placement] }),
    topics('--create --topic third --replica-assignment 3'),
    topics('--alter --topic pair --partitions 5 --replica-assignment 1:2,2:3,3:1,1:3,3:2'),
    run('kafka-cluster', 'list-endpoints --bootstrap-server SERVERS', { rules: [unordered] }),
    run('kafka-cluster', 'list-endpoints --bootstrap-server SERVERS --include-fenced-brokers', {
      rules: [unordered],
    }),
    run('kafka-cluster', 'list-endpoints --bootstrap-controller CONTROLLERS', { rules: [unordered] }),
    run('kafka-log-dirs', '--bootstrap-server SERVERS --describe --topic-list placed', {
      rules: [replicasByBroker],
    }),
    run('kafka-log-dirs', '--bootstrap-server SERVERS --describe --broker-list 3'),
    run('kafka-metadata-quorum', '--bootstrap-server SERVERS describe --status', {
      rules: [metadataOffsets, votersById],
    }),
    run('kafka-get-offsets', '--bootstrap-server SERVERS --topic placed'),
    run('kafka-get-offsets', '--bootstrap-server SERVERS --topic alone --command-config @client.properties', {
      files: IMPATIENT.files,
      rules: [givingUp],
    }),
    run(
      'kafka-configs',
      '--bootstrap-server SERVERS --describe --broker 3 --command-config @client.properties',
      {
        files: IMPATIENT.files,
      },
    ),
    elect('--election-type preferred --topic placed --partition 2'),
    elect('--election-type unclean --topic alone --partition 0'),
    elect(
      '--election-type preferred --path-to-json-file @elect.json',
      named([
        ['placed', 0],
        ['placed', 2],
        ['alone', 0],
      ]),
    ),
    elect('--election-type preferred --all-topic-partitions', inAnyOrder),
    elect('--election-type unclean --all-topic-partitions', inAnyOrder),
    reassign(EXECUTE, plan(['pair', 0, [3, 2]])),
    reassign(`${VERIFY} ${IMPATIENT.option}`, {
      ...toThird,
      files: { ...toThird.files, ...IMPATIENT.files },
    }),
  ],
};

export const restarted: Section = {
  title: 'The broker is started again',
  steps: [
    state('Broker 3 is started over its files and in sync again.', startThird),
    done,
    topics('--describe --topic placed', described),
    topics('--describe --topic pair', described),
    topics('--describe --topic alone', described),
    topics('--describe --under-replicated-partitions', described),
    run('kafka-get-offsets', '--bootstrap-server SERVERS --topic alone'),
    elect('--election-type preferred --topic placed --partition 2'),
    elect(
      '--election-type preferred --path-to-json-file @elect.json',
      named([
        ['placed', 2],
        ['pair', 1],
      ]),
    ),
    topics('--describe --topic placed', described),
    elect('--election-type preferred --all-topic-partitions', inAnyOrder),
    reassign(VERIFY, plan(['pair', 3, [3, 1]])),
    run('kafka-configs', '--bootstrap-server SERVERS --describe --entity-type brokers', {
      rules: [unordered],
    }),
  ],
};

export const unregistered: Section = {
  title: 'A broker is unregistered',
  steps: [
    state('Broker 3 is killed (kill -9) and fenced.', killThird),
    run('kafka-cluster', 'unregister --bootstrap-server SERVERS --id 3'),
    run('kafka-cluster', 'unregister --bootstrap-server SERVERS --id 3'),
    run('kafka-cluster', 'list-endpoints --bootstrap-server SERVERS --include-fenced-brokers', {
      rules: [unordered],
    }),
    topics('--describe --topic placed', described),
    topics('--create --topic third --replica-assignment 3'),
    state('Broker 3 is started over its files and in sync again.', startThird),
    run('kafka-cluster', 'list-endpoints --bootstrap-server SERVERS --include-fenced-brokers', {
      rules: [unordered],
    }),
    topics('--describe --topic placed', described),
  ],
};
