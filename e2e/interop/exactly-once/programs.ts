import { javaClassPath } from '../../tools/workshop.mjs';
import { LineProcess } from './line-process.ts';

const SMALL_JVM = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const QUIET = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn';

/** StreamsApp, which runs until its input ends and says its states. */
export function streamsApp(bootstrap: string, application: string, stateFolder: string): LineProcess {
  return new LineProcess('StreamsApp', [
    ...(['java', '-Xmx256m', ...SMALL_JVM, QUIET, '-cp', javaClassPath('streams')] as const),
    ...['StreamsApp', bootstrap, application, stateFolder],
  ]);
}

/** What the worker says of its group, its tasks and their producers, with the time of day. */
const HERDING = [
  ...['showDateTime=true', 'dateTimeFormat=HH:mm:ss.SSS', 'showThreadName=false'],
  ...['distributed', 'Worker', 'ExactlyOnceWorkerSourceTask', 'WorkerSinkTask'].map(
    (name) => `log.org.apache.kafka.connect.runtime.${name}=info`,
  ),
].map((setting) => `-Dorg.slf4j.simpleLogger.${setting}`);

/** A worker of Kafka Connect in distributed mode, by its properties file. */
export function connectWorker(properties: string): LineProcess {
  return new LineProcess('ConnectDistributed', [
    ...(['java', '-Xmx256m', ...SMALL_JVM, QUIET, ...HERDING, '-cp', javaClassPath('connect')] as const),
    ...['org.apache.kafka.connect.cli.ConnectDistributed', properties],
  ]);
}

interface CopierOptions {
  readonly transactionalId: string;
  readonly from: string;
  readonly to: string;
  readonly group: string;
  readonly size: number;
  /** The partition it copies; without one it shares all of them with the others of its group. */
  readonly partition?: number;
}

/** TransactionalMessageCopier with random aborts; it ends when it has copied all that was there when it began. */
export function transactionalMessageCopier(bootstrap: string, options: CopierOptions): LineProcess {
  return new LineProcess(`TransactionalMessageCopier ${options.transactionalId}`, [
    ...(['java', '-Xmx128m', ...SMALL_JVM, '-cp', javaClassPath('kafka')] as const),
    ...['org.apache.kafka.tools.TransactionalMessageCopier', '--broker-list', bootstrap],
    ...['--transactional-id', options.transactionalId, '--enable-random-aborts'],
    ...['--input-topic', options.from, '--output-topic', options.to, '--consumer-group', options.group],
    ...['--transaction-size', String(options.size), '--transaction-timeout', '20000', '--use-group-metadata'],
    ...['--input-partition', String(options.partition ?? -1)],
    ...(options.partition === undefined ? ['--group-mode'] : []),
  ]);
}

/** How many records a copier has copied in transactions that it committed. */
export function copiedBy(copier: LineProcess): number {
  const line = copier.lines.at(-1);
  return line === undefined ? 0 : (JSON.parse(line) as { totalProcessed: number }).totalProcessed;
}
