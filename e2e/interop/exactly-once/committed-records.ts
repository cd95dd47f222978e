import { pythonWithClients } from '../../tools/workshop.mjs';
import { LineProcess } from './line-process.ts';

/** A record as kcat shows it. */
export interface CommittedRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: string;
}

const FORMAT = ['-f', '%p\t%o\t%k\t%s\n'];
const COMMITTED = ['-X', 'isolation.level=read_committed'];
/** A broker that was killed is tried again soon. */
const PATIENCE = ['-X', 'reconnect.backoff.ms=20', '-X', 'reconnect.backoff.max.ms=200'];

/**
 * librdkafka as an idempotent producer of `key:value` lines, as long as its input is open; an empty key is none. Records
 * with a key go where the Java clients would put them.
 */
export function lineWriter(bootstrap: string, topic: string): LineProcess {
  const program = `${import.meta.dirname}/../clients/line_writer.py`;
  return new LineProcess(`line_writer.py ${topic}`, [pythonWithClients(), program, bootstrap, topic]);
}

/** kcat as a reader of what is committed, from the beginning on, as it comes. */
export function follow(bootstrap: string, topic: string): LineProcess {
  return new LineProcess(`kcat -C ${topic}`, [
    ...(['kcat', '-C', '-u', '-q', '-b', bootstrap, '-t', topic, '-o', 'beginning'] as const),
    ...[...PATIENCE, ...COMMITTED, ...FORMAT],
  ]);
}

/** Everything in a topic that is committed, by partition and offset. */
export async function committedRecords(bootstrap: string, topic: string): Promise<CommittedRecord[]> {
  const reader = new LineProcess(`kcat -C -e ${topic}`, [
    ...(['kcat', '-C', '-e', '-q', '-b', bootstrap, '-t', topic, '-o', 'beginning'] as const),
    ...[...COMMITTED, ...FORMAT],
  ]);
  await reader.finish();
  return recordsOf(reader);
}

/** What a reader has said, by partition and offset. */
export function recordsOf(reader: LineProcess): CommittedRecord[] {
  return reader.lines
    .map((line) => {
      const [partition, offset, key = '', value = ''] = line.split('\t');
      return { partition: Number(partition), offset: Number(offset), key, value };
    })
    .toSorted((left, right) => left.partition - right.partition || left.offset - right.offset);
}
