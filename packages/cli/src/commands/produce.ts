import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { MessageToProduce } from '@platformatic/kafka';
import { Failure } from '../failure.ts';
import { type BootstrapOption, withKafka } from '../kafka/client.ts';
import { kafkaErrorNames } from '../kafka/kafka-failure.ts';
import { printJson, tell } from '../standard-output.ts';

export const COMPRESSIONS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export const ACKS = ['all', '1', '0'] as const;

export interface ProduceOptions extends BootstrapOption {
  readonly key?: string;
  readonly keySeparator?: string;
  readonly header?: Readonly<Record<string, string>>;
  readonly partition?: number;
  readonly compression: (typeof COMPRESSIONS)[number];
  readonly acks: (typeof ACKS)[number];
  readonly json?: boolean;
}

/** Lines sent in one request at most, and what may wait for more of them. */
const BATCH_LINES = 500;

/** Sends one record for each value given, or else for each line of standard input. */
export async function produce(
  topic: string,
  values: readonly string[],
  options: ProduceOptions,
): Promise<void> {
  await withKafka(options, async ({ library, options: client }) => {
    const acks = {
      all: library.ProduceAcks.ALL,
      '1': library.ProduceAcks.LEADER,
      '0': library.ProduceAcks.NO_RESPONSE,
    };
    const producer = new library.Producer<Buffer, Buffer, Buffer, Buffer>({
      ...client,
      autocreateTopics: true,
      acks: acks[options.acks],
      compression: options.compression,
    });
    let count = 0;
    try {
      for await (const lines of batches(values.length > 0 ? values : standardInput())) {
        const sent = await producer.send({ messages: lines.map((line) => recordOf(topic, line, options)) });
        count += lines.length;
        if (options.json === true) for (const at of sent.offsets ?? []) printJson(at);
      }
    } catch (error) {
      if (kafkaErrorNames(error).includes('UNKNOWN_TOPIC_OR_PARTITION')) {
        throw new Failure(`there is no topic ${topic}, or it has no such partition`, undefined, {
          cause: error,
        });
      }
      throw error;
    } finally {
      await producer.close();
    }
    if (options.json !== true) tell(`${count} record(s) written to ${topic}`);
  });
}

function recordOf(
  topic: string,
  line: string,
  options: ProduceOptions,
): MessageToProduce<Buffer, Buffer, Buffer, Buffer> {
  const separator = options.keySeparator;
  const at = separator === undefined ? -1 : line.indexOf(separator);
  if (separator !== undefined && at < 0) {
    throw new Failure(`a line without the key separator '${separator}': ${line.slice(0, 80)}`);
  }
  const key = at < 0 ? options.key : line.slice(0, at);
  const value = at < 0 ? line : line.slice(at + (separator ?? '').length);
  const headers = Object.entries(options.header ?? {});
  return {
    topic,
    value: Buffer.from(value),
    ...(key === undefined ? {} : { key: Buffer.from(key) }),
    ...(options.partition === undefined ? {} : { partition: options.partition }),
    ...(headers.length === 0
      ? {}
      : { headers: new Map(headers.map(([name, text]) => [Buffer.from(name), Buffer.from(text)])) }),
  };
}

function standardInput(): AsyncIterable<string> {
  if (process.stdin.isTTY) tell('One record per line; Ctrl-D ends.');
  // Read as a file: a terminal hands over each line at once, a pipe as it fills.
  return createInterface({ input: createReadStream('', { fd: 0 }), crlfDelay: Number.POSITIVE_INFINITY });
}

/** Lines in groups: those that are there already travel together, none waits for the next. */
async function* batches(lines: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const line of lines) {
    batch.push(line);
    if (batch.length < BATCH_LINES && !process.stdin.isTTY) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
