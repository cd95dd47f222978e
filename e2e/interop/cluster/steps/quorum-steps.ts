import { counted, metadataOffsets, type Rule, times, unordered, whoDecides } from '../rules.ts';
import { type Deviation, run, type Section, stepsOf } from '../tool-step.ts';

const WAYS_IN = ['--bootstrap-server SERVERS', '--bootstrap-controller CONTROLLERS'] as const;

/** A row of `--replication`: node, directory, end offset, lag, two times, and what it is. */
const ROW = /^(\d)\s+(\S{22})\s.*\s(Leader|Follower|Observer)$/;

const whoLeads: Rule = {
  name: 'who leads the quorum',
  why: 'it is drawn, and all go on while we look: nodes are listed by id, then how many are what',
  apply: (output) => {
    const lines = output.split('\n').map((line) => line.trimEnd());
    const rows = lines.filter((line) => ROW.test(line));
    return [
      ...lines.filter((line) => !ROW.test(line)).map((line) => line.replaceAll(/\s+/g, ' ')),
      ...rows.map((row) => row.replace(ROW, '$1 $2')).toSorted(),
      ...rows.map((row) => row.replace(ROW, '$3')).toSorted(),
    ].join('\n');
  },
};

export const votersById: Rule = {
  name: 'voters by id',
  why: 'they are listed in the order of a hash table',
  apply: (output) =>
    output.replaceAll(/\[\{"id".*\}\]/g, (list) =>
      JSON.stringify((JSON.parse(list) as { id: number }[]).toSorted((left, right) => left.id - right.id)),
    ),
};

const notServed: Deviation = {
  lines: new RegExp(
    `^\t(${[
      ...['(Alter|Describe)ClientQuotas', 'Sasl(Authenticate|Handshake)'],
      ...['(Create|Delete|Describe)Acls', '(Alter|Describe)UserScramCredentials', '\\w+DelegationToken'],
      ...['\\w*Share\\w+', 'ConsumerGroup(Describe|Heartbeat)', 'StreamsGroup(Describe|Heartbeat)'],
    ].join('|')})\\(`,
  ),
  why: 'quotas, security and the newer kinds of groups are not served yet, and not advertised',
};

const listOffsets: Deviation = {
  lines: /^\tListOffsets\(2\)/,
  why: 'version 0 is served too, for older clients',
};

const featuresOfWhatIsNotServed: Deviation = {
  lines: /^Feature: (group|share|streams)\.version\s/,
  why: 'we name a feature when what it stands for is served',
};

const notAFeature: Deviation = {
  lines: /^Can not upgrade /,
  why: `${featuresOfWhatIsNotServed.why}; that one cannot be changed is found before that another would be a downgrade`,
};

export const quorum: Section = {
  title: 'The quorum',
  steps: WAYS_IN.flatMap((wayIn) => {
    const metadataQuorum = stepsOf('kafka-metadata-quorum', wayIn);
    return [
      metadataQuorum('describe --status', { rules: [metadataOffsets, votersById] }),
      metadataQuorum('describe --replication', { rules: [times, whoLeads] }),
      metadataQuorum('describe --replication --human-readable', { rules: [times, whoLeads] }),
      metadataQuorum('describe'),
      metadataQuorum('remove-controller --controller-id 9 --controller-directory-id b2RyYWRlay1ub2RlLTktYQ'),
    ];
  }),
};

export const features: Section = {
  title: 'Features',
  steps: [
    ...WAYS_IN.flatMap((wayIn) => {
      const feature = stepsOf('kafka-features', wayIn);
      const shown = { rules: [metadataOffsets], deviations: [featuresOfWhatIsNotServed] };
      return [
        feature('describe', shown),
        feature('upgrade --feature metadata.version=29 --dry-run'),
        feature('upgrade --feature metadata.version=30 --dry-run'),
        feature('upgrade --feature metadata.version=99 --dry-run', { rules: [whoDecides] }),
        feature('upgrade --feature no.such.feature=1 --dry-run', { rules: [whoDecides] }),
        feature('downgrade --feature metadata.version=25 --dry-run'),
        feature('downgrade --feature metadata.version=25 --unsafe --dry-run'),
        feature('downgrade --feature kraft.version=0 --dry-run'),
        feature('disable --feature metadata.version --dry-run', { rules: [whoDecides] }),
        feature('upgrade --release-version 4.0 --dry-run', {
          rules: [whoDecides],
          deviations: [notAFeature],
        }),
      ];
    }),
    stepsOf('kafka-features', '--bootstrap-server SERVERS')('describe --node-id 2', {
      rules: [metadataOffsets],
      deviations: [featuresOfWhatIsNotServed],
    }),
    stepsOf('kafka-features', '--bootstrap-controller CONTROLLERS')('describe --node-id 3', {
      rules: [metadataOffsets],
      deviations: [featuresOfWhatIsNotServed],
    }),
    stepsOf('kafka-features', 'version-mapping')('--release-version 4.3-IV0'),
  ],
};

export const cluster: Section = {
  title: 'The cluster and its brokers',
  steps: [
    ...WAYS_IN.flatMap((wayIn) =>
      ['cluster-id', 'list-endpoints', 'unregister'].map((command) =>
        stepsOf('kafka-cluster', command)(command === 'unregister' ? `${wayIn} --id 9` : wayIn, {
          rules: [unordered],
        }),
      ),
    ),
    stepsOf('kafka-cluster', 'list-endpoints')('--bootstrap-server SERVERS --include-fenced-brokers', {
      rules: [unordered],
    }),
    run('kafka-broker-api-versions', '--bootstrap-server SERVERS', {
      rules: [counted],
      deviations: [notServed, listOffsets],
    }),
  ],
};
