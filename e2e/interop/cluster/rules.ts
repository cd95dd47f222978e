import type { ThreeNodes } from './three-nodes.ts';

/** A rewriting of a tool's output without which two clusters could not be compared. */
export interface Rule {
  readonly name: string;
  readonly why: string;
  apply(output: string, cluster: ThreeNodes): string;
}

function replacing(name: string, why: string, ...pairs: readonly (readonly [RegExp, string])[]): Rule {
  return {
    name,
    why,
    apply: (output) => pairs.reduce((text, [found, instead]) => text.replaceAll(found, instead), output),
  };
}

const addresses: Rule = {
  name: 'addresses',
  why: 'each node listens on TCP ports that were free: brokers are shown on 9092, controllers on 9093',
  apply: (output, { nodes }) =>
    nodes.reduce((text, { id, bootstrap, controller }) => {
      const [port, controllerPort] = [bootstrap, controller].map((address) => address.split(':')[1]);
      return text
        .replaceAll(bootstrap, `broker-${id}:9092`)
        .replaceAll(controller, `controller-${id}:9093`)
        .replaceAll(new RegExp(`\\b${port}\\b`, 'g'), '9092 ')
        .replaceAll(new RegExp(`\\b${controllerPort}\\b`, 'g'), '9093 ');
    }, output),
};

const folders: Rule = {
  name: 'folders',
  why: 'each cluster keeps its files in a folder of its own: it is called /data',
  apply: (output, { folder }) => output.replaceAll(folder, '/data'),
};

const stackFrames: Rule = {
  name: 'stack frames',
  why: 'where in the tool its exception was made says nothing about the cluster',
  apply: (output) =>
    output
      .split('\n')
      .filter((line) => !/^\s+(at |\.\.\. \d+ more$)/.test(line))
      .join('\n'),
};

const callsInFlight = replacing(
  'calls',
  'a request that timed out is told with its deadlines',
  [/deadlineMs=\d+/g, 'deadlineMs=…'],
  [/nextAllowedTryMs=-?\d+/g, 'nextAllowedTryMs=…'],
  [/tries=\d+/g, 'tries=…'],
  [/timed out at \d+ after \d+ attempt/g, 'timed out at … after … attempt'],
);

/** What holds for the output of every tool. */
export const EVERYWHERE: readonly Rule[] = [addresses, folders, stackFrames, callsInFlight];

export const topicIds = replacing('topic ids', 'each cluster draws its own', [
  /TopicId: [\w-]{22}/g,
  'TopicId: …',
]);

export const placement = replacing(
  'placement',
  'where no assignment is given each cluster begins at a broker of its own drawing; that there are as many replicas is compared',
  [/Leader: \d/g, 'Leader: …'],
  [/(Replicas|Isr): ([\d,]+)/g, '$1: …'],
);

export const times = replacing(
  'times',
  'clocks go on',
  [/\b1[789]\d{11}\b/g, '<ms since 1970>'],
  [/\b\d+ ms ago/g, '… ms ago'],
  [/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}/g, '<time>'],
);

export const metadataOffsets = replacing(
  'offsets of the metadata log',
  'Kafka writes a no-op record into its metadata log twice a second, and who leads it is drawn',
  [/(LeaderId|LeaderEpoch|HighWatermark|MaxFollowerLag|MaxFollowerLagTimeMs):( +)-?\d+/g, '$1:$2…'],
  [/Epoch: \d+/g, 'Epoch: …'],
);

export const givingUp = replacing(
  'how a client gives up',
  'what it was waiting for when its time was over is its own affair',
  [/TimeoutException: .*/g, 'TimeoutException: …'],
  [
    /(?:Timed out waiting for a node assignment\. Call: |Call\(callName=)(\w+)\(api=\w+\).*?(?=Enable debug)/g,
    'timed out: $1 … ',
  ],
);

export const whoRefuses = replacing(
  'who refuses',
  'all brokers are asked at once, and one of them answers first',
  [/request sent to broker \d failed/g, 'request sent to broker … failed'],
);

export const coordinators = replacing(
  'the coordinator',
  'which broker leads a partition of the offsets topic is drawn',
  [/broker-\d:9092 +\(\d\)/g, 'broker-…:9092 (…)'],
);

export const consumers = replacing('ids of members', 'the coordinator draws them', [
  /\breader-[0-9a-f-]{36}/g,
  'reader-…',
]);

export const idsByClients = replacing('ids of members by clients', 'the client draws them (KIP-1082)', [
  /(?<=\s)[\w-]{22}(?=\s)/g,
  'client-drawn-id-of-22-',
]);

export const sizes = replacing('sizes', 'producers cut batches by time', [/"size": ?\d+/g, '"size": …']);

export const whoDecides = replacing('the active controller', 'which node it is is drawn', [
  /Local controller \d/g,
  'Local controller …',
]);

export const anyDirectory = replacing(
  'one of two directories',
  'where a replica may be in either of the two, Kafka draws',
  [/(\/data\/\d)\/[ab]/g, '$1/…'],
);

/** For what a tool prints in the order of a hash table. */
export const unordered: Rule = {
  name: 'order of lines',
  why: 'the tool prints them in the order of a hash table',
  apply: (output) => output.split('\n').toSorted().join('\n'),
};

/** The same, where each broker has a share in it. */
export const counted: Rule = {
  name: 'lines counted',
  why: 'each broker says the same, in the order of a hash table: how often a line is said is compared',
  apply: (output) =>
    [...Map.groupBy(output.split('\n'), (line) => line)]
      .map(([line, same]) => (line === '' ? '' : `${line} (× ${same.length})`))
      .toSorted()
      .join('\n'),
};

/** For a list within a line that is in the order of a hash table. */
export function unorderedList(separator: string, within: RegExp): Rule {
  return {
    name: 'order of lists',
    why: 'the tool or the broker lists them in the order of a hash table',
    apply: (output) => output.replaceAll(within, (list) => list.split(separator).toSorted().join(separator)),
  };
}

/** For output one line of which is JSON of unordered lists: it is printed with everything sorted. */
export const sortedJson: Rule = {
  name: 'order in JSON',
  why: 'the tool prints what it holds in hash tables',
  apply: (output) =>
    output
      .split('\n')
      .map((line) => (line.startsWith('{') ? JSON.stringify(sortedValue(JSON.parse(line))) : line))
      .join('\n'),
};

/** For the JSON of kafka-log-dirs. */
export const replicasByBroker: Rule = {
  name: 'replicas by broker',
  why: 'in which of its two directories a replica lies is drawn: both are listed, then what is in either',
  apply: (output) =>
    output
      .split('\n')
      .flatMap((line) => (line.startsWith('{') ? linesOf(JSON.parse(line)) : [line]))
      .join('\n'),
};

interface DescribedLogDirs {
  readonly brokers: readonly {
    readonly broker: number;
    readonly logDirs: readonly {
      readonly logDir: string;
      readonly error: unknown;
      readonly partitions: readonly object[];
    }[];
  }[];
}

function linesOf({ brokers }: DescribedLogDirs): string[] {
  return brokers
    .toSorted((left, right) => left.broker - right.broker)
    .flatMap(({ broker, logDirs }) => [
      ...logDirs.map(({ logDir, error }) => `broker ${broker}: ${logDir}, error ${error}`).toSorted(),
      ...logDirs
        .flatMap(({ partitions }) => partitions.map((partition) => JSON.stringify(sortedValue(partition))))
        .toSorted()
        .map((partition) => `broker ${broker}: ${partition}`),
    ]);
}

function sortedValue(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value
      .map(sortedValue)
      .toSorted((left, right) => JSON.stringify(left).localeCompare(JSON.stringify(right)));
  }
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([left], [right]) => left.localeCompare(right))
      .map(([name, inner]) => [name, sortedValue(inner)]),
  );
}

export const ownConfigs: Rule = {
  name: 'our own configs',
  why: 'configs whose names begin with odradek. are no part of Kafka',
  apply: (output) =>
    output
      .split('\n')
      .filter((line) => !line.startsWith('  odradek.'))
      .join('\n'),
};
