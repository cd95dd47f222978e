import { parseArgs } from 'node:util';
import { type Broker, startBroker } from './broker.ts';
import { brokerRuntime } from './broker-runtime.ts';
import { BrokerStartError } from './broker-start-error.ts';
import { BrokerConfigError, readBrokerConfig } from './config.ts';

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
await run(values.config, values['stop-with-parent']);

async function run(configFile: string | undefined, stopWithParent: boolean): Promise<void> {
  if (configFile === undefined)
    return fail(EXIT_CONFIGURATION, 'Give the configuration: --config server.properties');
  let broker: Broker;
  try {
    const config = await readBrokerConfig(configFile);
    broker = await startBroker({
      config,
      runtime: brokerRuntime(),
      onFailed: (reason) => fail(EXIT_FAILED, reason),
    });
  } catch (error) {
    return fail(exitCodeOf(error), sentenceOf(error, configFile));
  }
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    broker.close().then(
      () => process.exit(0),
      (error: unknown) =>
        fail(EXIT_FAILED, `The broker did not stop cleanly: ${sentenceOf(error, configFile)}`),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (stopWithParent) process.stdin.on('end', stop).on('error', stop).resume();
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
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
