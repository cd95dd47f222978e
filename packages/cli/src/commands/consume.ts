import type { Consumer } from '@platformatic/kafka';
import { usageFailure } from '../failure.ts';
import {
  type BootstrapOption,
  groupless,
  type KafkaSession,
  offsetRanges,
  topicMetadata,
  withKafka,
} from '../kafka/client.ts';
import { recordJson, recordText, type ShownRecord } from '../kafka/record-line.ts';
import { print, printJson, tell } from '../standard-output.ts';

export interface ConsumeOptions extends BootstrapOption {
  readonly group?: string;
  readonly fromBeginning?: boolean;
  readonly offset?: number;
  readonly partition?: number;
  readonly maxMessages?: number;
  readonly timeout?: number;
  readonly printKey?: boolean;
  readonly json?: boolean;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Until enough records were printed, nothing came for `timeout`, or a signal. */
interface Reading {
  readonly show: (record: ShownRecord) => void;
  readonly isOver: () => boolean;
  /** Resolves when it is over for another reason than the records. */
  readonly over: Promise<void>;
}

/**
 * Prints records. Without a group it leaves neither group nor commit behind; with one it joins, and commits what was
 * printed.
 */
export async function consume(topic: string, options: ConsumeOptions): Promise<void> {
  if (options.offset !== undefined && options.partition === undefined) {
    throw usageFailure('--offset belongs to one partition: name it with --partition');
  }
  if (options.group !== undefined && (options.offset ?? options.partition) !== undefined) {
    throw usageFailure('a group chooses partitions and offsets itself: leave out --partition and --offset');
  }
  await withKafka(options, async (session) => {
    await topicMetadata(session.admin, [topic]);
    const reading = startReading(options);
    if (options.group === undefined) await readPartitions(session, topic, options, reading);
    else await readAsMember(session, topic, { ...options, group: options.group }, reading);
  });
}

function startReading(options: ConsumeOptions): Reading {
  let shown = 0;
  let ended = false;
  let quiet: NodeJS.Timeout | null = null;
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = () => {
    ended = true;
    if (quiet !== null) clearTimeout(quiet);
    for (const signal of SIGNALS) process.off(signal, end);
    resolve();
  };
  const listen = () => {
    if (options.timeout === undefined || ended) return;
    if (quiet !== null) clearTimeout(quiet);
    quiet = setTimeout(end, options.timeout);
  };
  for (const signal of SIGNALS) process.once(signal, end);
  listen();
  const isOver = () => ended || shown >= (options.maxMessages ?? Number.POSITIVE_INFINITY);
  const show = (record: ShownRecord) => {
    if (isOver()) return;
    shown += 1;
    if (options.json === true) printJson(recordJson(record));
    else print(recordText(record, options.printKey === true));
    if (isOver()) end();
    else listen();
  };
  return { show, isOver, over: promise };
}

async function readPartitions(
  session: KafkaSession,
  topic: string,
  options: ConsumeOptions,
  reading: Reading,
): Promise<void> {
  const ranges = (await offsetRanges(session, [topic])).get(topic) ?? [];
  const partitions = options.partition === undefined ? ranges.map((_, index) => index) : [options.partition];
  const consumer = groupless(session);
  try {
    const reads = partitions.map((partition) => {
      const range = ranges[partition];
      if (range === undefined) throw usageFailure(`${topic} has no partition ${partition}`);
      const from = startOffset(range, options);
      return readPartition({ session, consumer, topic, partition }, from, reading);
    });
    const failed = Promise.all(reads);
    await Promise.race([failed, reading.over]);
  } finally {
    await consumer.close(true);
  }
}

function startOffset(range: { first: bigint; end: bigint }, options: ConsumeOptions): bigint {
  if (options.offset !== undefined) return BigInt(options.offset);
  return options.fromBeginning === true ? range.first : range.end;
}

interface PartitionRead {
  readonly session: KafkaSession;
  readonly consumer: Consumer;
  readonly topic: string;
  readonly partition: number;
}

const FETCH_WAIT_MS = 500;
const FETCH_BYTES = 1024 * 1024;

/** Bits of a record batch's attributes (KIP-98): the batch holds markers of transactions, not records of clients. */
const IS_CONTROL = 0x20;

async function readPartition(read: PartitionRead, from: bigint, reading: Reading): Promise<void> {
  const { session, consumer, topic, partition } = read;
  let offset = from;
  while (!reading.isOver()) {
    const metadata = await session.admin.metadata({ topics: [topic] });
    const found = metadata.topics.get(topic);
    const { responses } = await consumer.fetch({
      node: found?.partitions[partition]?.leader ?? -1,
      maxWaitTime: FETCH_WAIT_MS,
      minBytes: 1,
      maxBytes: FETCH_BYTES,
      isolationLevel: session.library.FetchIsolationLevels.READ_COMMITTED,
      topics: [
        {
          topicId: found?.id ?? '',
          partitions: [
            {
              partition,
              currentLeaderEpoch: -1,
              fetchOffset: offset,
              lastFetchedEpoch: -1,
              partitionMaxBytes: FETCH_BYTES,
            },
          ],
        },
      ],
    });
    for (const batch of responses[0]?.partitions[0]?.records ?? []) {
      for (const record of batch.records) {
        const at = batch.firstOffset + BigInt(record.offsetDelta);
        // A batch is sent whole, also what lies before the offset asked for.
        if (at < offset || (batch.attributes & IS_CONTROL) !== 0) continue;
        reading.show({
          topic,
          partition,
          offset: at,
          timestampMs: batch.firstTimestamp + record.timestampDelta,
          key: record.key,
          value: record.value,
          headers: record.headers,
        });
      }
      offset = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
    }
  }
}

async function readAsMember(
  { library, options: client }: KafkaSession,
  topic: string,
  options: ConsumeOptions & { readonly group: string },
  reading: Reading,
): Promise<void> {
  const consumer = new library.Consumer<Buffer, Buffer, Buffer, Buffer>({
    ...client,
    groupId: options.group,
  });
  try {
    const { COMMITTED } = library.MessagesStreamModes;
    const fallback = options.fromBeginning === true ? 'EARLIEST' : 'LATEST';
    const stream = await consumer.consume({
      topics: [topic],
      mode: COMMITTED,
      fallbackMode: library.MessagesStreamFallbackModes[fallback],
      autocommit: false,
    });
    if (process.stderr.isTTY) tell(`member of ${options.group}; Ctrl-C ends`);
    void reading.over.then(() => stream.close());
    for await (const message of stream) {
      if (reading.isOver()) break;
      reading.show({
        topic: message.topic,
        partition: message.partition,
        offset: message.offset,
        timestampMs: message.timestamp,
        key: message.key,
        value: message.value,
        headers: message.headerEntries,
      });
      await message.commit();
    }
  } finally {
    await consumer.close(true);
  }
}
