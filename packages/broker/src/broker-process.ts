import { parseArgs } from 'node:util';
import { BrokerConfigError, readBrokerConfig } from './config/config.ts';
import { type Broker, startBroker } from './node/broker.ts';
import { brokerRuntime } from './node/broker-runtime.ts';
import { BrokerStartError } from './node/broker-start-error.ts';
import { optimizeWhenBusy } from './runtime/node-optimizer.ts';
import { systemErrorCode } from './runtime/system-error-code.ts';

/*
 * One broker as a process: `node broker-process.ts --config server.properties`. Says one line of JSON on standard
 * output when it serves; logs go to standard error. Stops cleanly on SIGTERM and SIGINT, and with
 * `--stop-with-parent` when its standard input ends.
 */

const EXIT_FAILED = 1;
/** The configuration is refused: another attempt cannot help. */
const EXIT_CONFIGURATION = 2;

const { values } = parseArgs({
  options: { config: { type: 'string' }, 'stop-with-parent': { type: 'boolean', default: false } },
});
void run(values.config, values['stop-with-parent']);

async function run(configFile: string | undefined, stopWithParent: boolean): Promise<void> {
  if (configFile === undefined)
    return fail(EXIT_CONFIGURATION, 'Give the configuration: --config server.properties');
  const stopping = new AbortController();
  process.on('SIGTERM', () => stopping.abort());
  process.on('SIGINT', () => stopping.abort());
  if (stopWithParent) {
    const end = () => stopping.abort();
    process.stdin.on('end', end).on('error', end).resume();
  }
  let broker: Broker;
  try {
    const config = await readBrokerConfig(configFile);
    broker = await startBroker({
      config,
      runtime: brokerRuntime(),
      onFailed: (reason) => fail(EXIT_FAILED, reason),
      signal: stopping.signal,
    });
  } catch (error) {
    if (stopping.signal.aborted) process.exit(0);
    return fail(exitCodeOf(error), sentenceOf(error, configFile));
  }
  const stop = (): void => {
    broker.close().then(
      () => process.exit(0),
      (error: unknown) =>
        fail(EXIT_FAILED, `The broker did not stop cleanly: ${sentenceOf(error, configFile)}`),
    );
  };
  if (stopping.signal.aborted) return stop();
  stopping.signal.addEventListener('abort', stop);
  const ready = {
    ready: true,
    ms: Math.round(process.uptime() * 1000),
    pid: process.pid,
    nodeId: broker.nodeId,
    clusterId: broker.clusterId,
    listeners: broker.listeners,
    ...(broker.metricsPort !== null && { metricsPort: broker.metricsPort }),
  };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  // Not before: a start is busy, and over soon.
  optimizeWhenBusy();
}

function fail(exitCode: number, sentence: string): void {
  process.stderr.write(`${sentence}\n`, () => process.exit(exitCode));
}

function exitCodeOf(error: unknown): number {
  return error instanceof BrokerConfigError || isMissingFile(error) ? EXIT_CONFIGURATION : EXIT_FAILED;
}

function sentenceOf(error: unknown, configFile: string): string {
  if (error instanceof BrokerConfigError || error instanceof BrokerStartError) return error.message;
  if (isMissingFile(error)) return `The configuration file ${configFile} does not exist.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function isMissingFile(error: unknown): boolean {
  return systemErrorCode(error) === 'ENOENT';
}
