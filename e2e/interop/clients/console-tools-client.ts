import type { KafkaTools } from '../kafka-tools.ts';
import type { Codec, InteropClient, ReadRecord, SentRecord } from './interop-client.ts';

/** Kafka's own shell tools (4.3.1): kafka-topics, kafka-console-producer, kafka-console-consumer. */
export class ConsoleToolsClient implements InteropClient {
  readonly name = 'Kafka console tools';
  readonly codecs: readonly Codec[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
  readonly #tools: KafkaTools;

  constructor(tools: KafkaTools) {
    this.#tools = tools;
  }

  async version(): Promise<string> {
    return (await this.#tools.topics(['--version'])).trim();
  }

  async createTopic(bootstrap: string, topic: string, partitions: number): Promise<void> {
    await this.#tools.topics([
      ...['--bootstrap-server', bootstrap, '--create', '--topic', topic, '--partitions', String(partitions)],
    ]);
  }

  async produce(
    bootstrap: string,
    topic: string,
    codec: Codec,
    records: readonly SentRecord[],
  ): Promise<void> {
    const lines = records.map((record) => {
      const headers = Object.entries(record.headers ?? {}).map(([name, value]) => `${name}:${value}`);
      return `${headers.length === 0 ? 'NULL' : headers.join(',')}\t${record.key ?? 'NULL'}\t${record.value}\n`;
    });
    await this.#tools.run(
      'org.apache.kafka.tools.ConsoleProducer',
      [
        ...['--bootstrap-server', bootstrap, '--topic', topic, '--compression-codec', codec],
        ...['--reader-property', 'parse.key=true', '--reader-property', 'parse.headers=true'],
        ...['--reader-property', 'null.marker=NULL', '--reader-property', 'ignore.error=false'],
      ],
      lines.join(''),
    );
  }

  async consume(bootstrap: string, topic: string, group: string, count: number): Promise<ReadRecord[]> {
    const shown = ['partition', 'offset', 'headers', 'key', 'value'];
    const output = await this.#tools.run('org.apache.kafka.tools.consumer.ConsoleConsumer', [
      ...['--bootstrap-server', bootstrap, '--topic', topic, '--group', group, '--from-beginning'],
      ...['--max-messages', String(count), '--timeout-ms', '30000'],
      ...['--consumer-property', 'auto.offset.reset=earliest', '--consumer-property', 'max.poll.records=1'],
      ...shown.flatMap((part) => ['--formatter-property', `print.${part}=true`]),
      ...['--formatter-property', 'null.literal=NULL'],
    ]);
    return output
      .split('\n')
      .filter((line) => line.startsWith('Partition:'))
      .map(recordOf);
  }

  async close(): Promise<void> {}
}

function recordOf(line: string): ReadRecord {
  const [partition = '', offset = '', headers = '', key = '', value = ''] = line.split('\t');
  const pairs = headers === 'NO_HEADERS' ? [] : headers.split(',').map((pair) => pair.split(':'));
  return {
    partition: Number(partition.slice('Partition:'.length)),
    offset: Number(offset.slice('Offset:'.length)),
    key: key === 'NULL' ? null : key,
    value: value === 'NULL' ? null : value,
    headers: Object.fromEntries(pairs.map(([name, text]) => [name ?? '', text ?? ''])),
  };
}
