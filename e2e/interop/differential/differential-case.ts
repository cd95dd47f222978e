import { inspect } from 'node:util';
import { found } from '../patience.ts';
import type { WireClient } from './wire-client.ts';

/** Requests sent to one cluster; what is returned must be the same from both, after normalising. */
export interface DifferentialCase {
  readonly name: string;
  run(client: WireClient): Promise<unknown>;
  /** Differences that are meant, as patterns of a difference's line, each with its reason. */
  readonly deviations?: readonly { readonly where: RegExp; readonly why: string }[];
}

/** One request in each of the versions `from … to`; the answers by version. */
export async function inVersions(
  client: WireClient,
  api: Parameters<WireClient['send']>[0],
  [from, to]: readonly [number, number],
  body: (version: number) => object,
): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {};
  for (let version = from; version <= to; version += 1) {
    answers[`v${version}`] = await client.send(api, version, body(version));
  }
  return answers;
}

/** Creates a topic and waits until it has a leader; answers its id. */
export async function createTopic(
  client: WireClient,
  name: string,
  options: {
    readonly partitions?: number;
    readonly replicationFactor?: number;
    readonly configs?: Readonly<Record<string, string>>;
  } = {},
): Promise<string> {
  await client.send('CreateTopics', 7, {
    topics: [
      {
        name,
        numPartitions: options.partitions ?? 1,
        replicationFactor: options.replicationFactor ?? 1,
        configs: Object.entries(options.configs ?? {}).map(([key, value]) => ({ name: key, value })),
      },
    ],
    timeoutMs: 10_000,
  });
  const look = async () => {
    const answer = await client.send('Metadata', 12, { topics: [{ name }], allowAutoTopicCreation: false });
    if (!('response' in answer)) throw new Error('the connection closed');
    const [topic] = (answer.response as MetadataAnswer).topics;
    const isThere = topic?.errorCode === 0 && (await areLed(client, name, topic.partitions.length));
    return isThere ? topic.topicId : null;
  };
  return found(`${name} is led`, look, { everyMs: 20, saw: () => inspect(client.lastAnswer, { depth: 9 }) });
}

/** Whether the broker itself says that it leads: Metadata is answered a moment before that. */
async function areLed(client: WireClient, name: string, partitions: number): Promise<boolean> {
  const asked = Array.from({ length: partitions }, (_, partitionIndex) => ({
    partitionIndex,
    timestamp: -1,
  }));
  const answer = await client.send('ListOffsets', 7, {
    replicaId: -1,
    topics: [{ name, partitions: asked }],
  });
  if (!('response' in answer)) throw new Error('the connection closed');
  const [topic] = (answer.response as ListOffsetsAnswer).topics;
  return topic?.partitions.every((partition) => partition.errorCode === 0) ?? false;
}

interface ListOffsetsAnswer {
  readonly topics: readonly { readonly partitions: readonly { readonly errorCode: number }[] }[];
}

interface MetadataAnswer {
  readonly topics: readonly {
    readonly errorCode: number;
    readonly topicId: string;
    readonly partitions: readonly unknown[];
  }[];
}
