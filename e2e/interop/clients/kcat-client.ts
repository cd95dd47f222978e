import { spawn } from 'node:child_process';
import type { Codec, InteropClient, ReadRecord, SentRecord } from './interop-client.ts';

/** kcat (librdkafka 2.0.2 on Debian bookworm), one process for each call, as people use it in a shell. */
export class KcatClient implements InteropClient {
  readonly name = 'kcat';
  readonly codecs: readonly Codec[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

  async version(): Promise<string> {
    const { output } = await run('kcat', ['-V'], '');
    return /Version (\S+)/.exec(output)?.[1] ?? 'unknown';
  }

  /**
   * kcat has no admin requests: a consumer that may asks for the topic's metadata, which creates it. The consumer
   * that asked first may give up before the topic is there; the next one finds it.
   */
  async createTopic(bootstrap: string, topic: string): Promise<void> {
    const args = ['-b', bootstrap, '-C', '-e', '-q', '-t', topic, '-X', 'allow.auto.create.topics=true'];
    for (let attempt = 0; attempt < 10; attempt += 1) {
      if ((await run('kcat', args, '')).code === 0) return;
    }
    await must(args, '');
  }

  async produce(
    bootstrap: string,
    topic: string,
    codec: Codec,
    records: readonly SentRecord[],
  ): Promise<void> {
    const byHeaders = Map.groupBy(records, (record) => JSON.stringify(record.headers ?? {}));
    for (const [headers, group] of byHeaders) {
      const headerFlags = Object.entries(JSON.parse(headers) as Record<string, string>).flatMap(
        ([name, value]) => ['-H', `${name}=${value}`],
      );
      const lines = group.map((record) => `${record.key ?? ''}\u0001${record.value}`).join('\n');
      const flags = ['-P', '-b', bootstrap, '-t', topic, '-z', codec, '-K', '\u0001', '-Z', ...headerFlags];
      await must([...flags, '-X', 'acks=all'], `${lines}\n`);
    }
  }

  async consume(bootstrap: string, topic: string, group: string, count: number): Promise<ReadRecord[]> {
    const output = await must(
      [
        ...['-b', bootstrap, '-G', group, '-c', String(count), '-q', '-J'],
        ...['-X', 'auto.offset.reset=earliest', '-X', 'enable.auto.offset.store=true', topic],
      ],
      '',
    );
    return output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => recordOf(JSON.parse(line) as KcatRecord));
  }

  async close(): Promise<void> {}
}

interface KcatRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly payload: string | null;
  readonly headers?: readonly string[];
}

function recordOf(read: KcatRecord): ReadRecord {
  const flat = read.headers ?? [];
  const headers: Record<string, string> = {};
  for (let index = 0; index + 1 < flat.length; index += 2) headers[flat[index] ?? ''] = flat[index + 1] ?? '';
  return { partition: read.partition, offset: read.offset, key: read.key, value: read.payload, headers };
}

async function must(args: readonly string[], input: string): Promise<string> {
  const { code, output } = await run('timeout', ['40', 'kcat', ...args], input);
  if (code !== 0) throw new Error(`kcat ${args.join(' ')} ended with ${code}:\n${output}`);
  return output;
}

async function run(program: string, args: readonly string[], input: string) {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  // One that reads no input, as for its version, may be gone before it is written; its exit code tells the rest.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, output };
}
