import { partitionsAre } from '../cluster-state.ts';
import { placement, topicIds } from '../rules.ts';
import { type Section, state, stepsOf } from '../tool-step.ts';

const topics = stepsOf('kafka-topics', '--bootstrap-server SERVERS');
const described = { rules: [topicIds] };
const placed = { rules: [topicIds, placement] };
const ALL = [1, 2, 3];

export const creating: Section = {
  title: 'Topics are created',
  steps: [
    topics('--create --topic orders --partitions 3 --replication-factor 3 --config min.insync.replicas=2'),
    topics('--describe --topic orders', placed),
    topics(
      '--create --topic placed --replica-assignment 1:2:3,2:3:1,3:1:2 --config min.insync.replicas=2 --config retention.ms=3600000',
    ),
    state('All replicas are in sync.', (cluster) =>
      partitionsAre(cluster, 'placed', [
        { leader: 1, isr: ALL },
        { leader: 2, isr: ALL },
        { leader: 3, isr: ALL },
      ]),
    ),
    topics('--describe --topic placed', described),
    topics('--create --topic pair --replica-assignment 1:2,2:3'),
    topics('--create --topic alone --replica-assignment 3'),
    topics('--create --topic defaults'),
    topics('--describe --topic defaults', placed),
    topics('--create --topic pair --partitions 2'),
    topics('--create --topic pair --partitions 2 --if-not-exists'),
    topics('--create --topic one.dot --partitions 1'),
    topics('--create --topic one_dot --partitions 1'),
  ],
};

export const refusedTopics: Section = {
  title: 'Topics that cannot be created',
  steps: [
    '--topic many --partitions 1 --replication-factor 4',
    '--topic many --partitions 1 --replication-factor 0',
    '--topic many --partitions 0 --replication-factor 1',
    '--topic many --partitions -5',
    '--topic many --replica-assignment 1:1',
    '--topic many --replica-assignment 1:9',
    '--topic many --replica-assignment 1:2,3',
    '--topic many --partitions 1 --config no.such.config=1',
    '--topic many --partitions 1 --config retention.ms=soon',
    '--topic many --partitions 1 --config min.insync.replicas=0',
    '--topic many --partitions 1 --config cleanup.policy=burn',
    '--topic no/slash --partitions 1',
    '--topic .. --partitions 1',
    '--topic __cluster_metadata --partitions 1',
  ].map((line) => topics(`--create ${line}`)),
};

export const listing: Section = {
  title: 'Topics are listed, described, grown and deleted',
  steps: [
    topics('--list'),
    topics('--list --exclude-internal'),
    topics('--list --topic p.*'),
    topics('--describe --exclude-internal', placed),
    topics('--describe --topics-with-overrides', placed),
    topics('--describe --topic placed --partition-size-limit-per-response 1', described),
    topics('--describe --topic nowhere'),
    topics('--describe --topic nowhere --if-exists'),
    topics('--describe --under-replicated-partitions'),
    topics('--describe --unavailable-partitions'),
    topics('--describe --under-min-isr-partitions'),
    topics('--describe --at-min-isr-partitions --topic pair', described),
    topics('--alter --topic pair --partitions 4 --replica-assignment 1:2,2:3,3:1,1:3'),
    topics('--describe --topic pair', described),
    topics('--alter --topic orders --partitions 5'),
    topics('--describe --topic orders', placed),
    topics('--alter --topic pair --partitions 3'),
    topics('--alter --topic pair --partitions 4'),
    topics('--alter --topic pair --partitions 5 --replica-assignment 1:2,2:3,3:1,1:3,9:1'),
    topics('--alter --topic pair --partitions 5 --replica-assignment 1:2,2:3,3:1,1:3,1'),
    topics('--alter --topic nowhere --partitions 3'),
    topics('--alter --topic nowhere --partitions 3 --if-exists'),
    topics('--create --topic brief --partitions 2 --replication-factor 2'),
    topics('--delete --topic brief'),
    topics('--describe --topic brief'),
    topics('--delete --topic brief'),
    topics('--delete --topic brief --if-exists'),
    topics('--delete --topic one.*'),
    topics('--list'),
  ],
};
