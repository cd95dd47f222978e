import { usageFailure } from '../failure.ts';
import { type BootstrapOption, offsetRanges, topicMetadata, withKafka } from '../kafka/client.ts';
import { kafkaErrorNames } from '../kafka/kafka-failure.ts';
import { print, printJson } from '../standard-output.ts';
import { textTable } from '../text-table.ts';

interface Common extends BootstrapOption {
  readonly json?: boolean;
}

export async function listTopics(options: Common & { readonly internal?: boolean }): Promise<void> {
  await withKafka(options, async ({ admin }) => {
    const names = (await admin.listTopics({ includeInternals: options.internal === true })).sort();
    if (options.json === true) for (const name of names) printJson({ topic: name });
    else for (const name of names) print(name);
  });
}

export async function describeTopics(topics: readonly string[], options: Common): Promise<void> {
  await withKafka(options, async (session) => {
    const names = topics.length > 0 ? topics : (await session.admin.listTopics()).sort();
    if (names.length === 0) return;
    const metadata = await topicMetadata(session.admin, names);
    const offsets = await offsetRanges(session, names);
    const rows = names.flatMap((topic) =>
      (metadata.topics.get(topic)?.partitions ?? []).map((partition, index) => ({
        topic,
        topicId: topicIdText(metadata.topics.get(topic)?.id ?? ''),
        partition: index,
        leader: partition.leader,
        leaderEpoch: partition.leaderEpoch,
        replicas: partition.replicas,
        isr: partition.isr,
        startOffset: offsets.get(topic)?.[index]?.first ?? null,
        endOffset: offsets.get(topic)?.[index]?.end ?? null,
      })),
    );
    if (options.json === true) {
      for (const row of rows) printJson(row);
      return;
    }
    const headings = ['TOPIC', 'PARTITION', 'LEADER', 'REPLICAS', 'ISR', 'START', 'END'];
    const cells = rows.map((row) => [
      row.topic,
      row.partition,
      row.leader,
      row.replicas.join(','),
      row.isr.join(','),
      row.startOffset === null ? null : Number(row.startOffset),
      row.endOffset === null ? null : Number(row.endOffset),
    ]);
    print(textTable(headings, cells));
  });
}

interface CreateOptions extends Common {
  readonly partitions?: number;
  readonly replicationFactor?: number;
  readonly config?: Readonly<Record<string, string>>;
  readonly ifNotExists?: boolean;
}

export async function createTopic(topic: string, options: CreateOptions): Promise<void> {
  await withKafka(options, async ({ admin }) => {
    try {
      const [created] = await admin.createTopics({
        topics: [topic],
        // -1: the broker's own num.partitions and default.replication.factor.
        partitions: options.partitions ?? -1,
        replicas: options.replicationFactor ?? -1,
        configs: Object.entries(options.config ?? {}).map(([name, value]) => ({ name, value })),
      });
      const { partitions = null, replicas = null, id = null } = created ?? {};
      if (options.json === true)
        printJson({
          topic,
          topicId: topicIdText(id ?? ''),
          partitions,
          replicationFactor: replicas,
          created: true,
        });
      else print(`created ${topic}`);
    } catch (error) {
      const exists = kafkaErrorNames(error).includes('TOPIC_ALREADY_EXISTS');
      if (!exists || options.ifNotExists !== true) throw error;
      if (options.json === true) printJson({ topic, created: false });
      else print(`${topic} exists already`);
    }
  });
}

export async function deleteTopics(topics: readonly string[], options: Common): Promise<void> {
  await withKafka(options, async ({ admin }) => {
    await admin.deleteTopics({ topics: [...topics] });
    for (const topic of topics) {
      if (options.json === true) printJson({ topic, deleted: true });
      else print(`deleted ${topic}`);
    }
  });
}

/** Gives a topic more partitions; `partitions` is the new total. */
export async function addPartitions(
  topic: string,
  options: Common & { readonly partitions: number },
): Promise<void> {
  await withKafka(options, async ({ admin }) => {
    const metadata = await topicMetadata(admin, [topic]);
    const before = metadata.topics.get(topic)?.partitionsCount ?? 0;
    if (options.partitions <= before) {
      throw usageFailure(`${topic} has ${before} partitions already; a topic cannot have fewer than it had`);
    }
    await admin.createPartitions({
      topics: [{ name: topic, count: options.partitions, assignments: null }],
    });
    if (options.json === true) printJson({ topic, partitions: options.partitions });
    else print(`${topic} has ${options.partitions} partitions, up from ${before}`);
  });
}

/** Kafka's 22-character form of an id that the client gives in hexadecimal groups. */
function topicIdText(groups: string): string {
  return Buffer.from(groups.replaceAll('-', ''), 'hex').toString('base64url');
}
