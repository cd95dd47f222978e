import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BrokerStatus,
  type LocalCluster,
  machinePorts,
  type OpenOutcome,
  openLocalCluster,
} from '@odradek/broker/cluster';
import type { Console } from '@odradek/monitor';
import { dataDirectoryOf } from '../data-directory.ts';
import { ExitCode, Failure, usageFailure } from '../failure.ts';
import { brokerProgram, invokedAs } from '../programs.ts';
import { print, printJson, tell } from '../standard-output.ts';
import { stderrLogger } from '../stderr-logger.ts';
import { nextFreePorts, portOwner } from '../tcp-port.ts';
import { chooseConsolePort, consoleOf, startAnsweringConsole } from '../up/cluster-console.ts';
import {
  alreadyRunningText,
  brokerEventLine,
  type ReadyCluster,
  readyLine,
  readyText,
} from '../up/ready-report.ts';
import { findRunning, forgetRunning, noteRunning } from '../up/running-cluster.ts';
import { stopRequest } from '../up/stop-request.ts';

export interface UpOptions {
  readonly brokers?: number;
  readonly port?: number;
  readonly consolePort?: number;
  readonly data?: string;
  readonly ephemeral?: boolean;
  readonly set?: Readonly<Record<string, string>>;
  readonly sampleInterval: number;
  /** False after `--no-console`. */
  readonly console: boolean;
  readonly json?: boolean;
  readonly stopWithParent?: boolean;
}

/** A second `up` waits this long for one that is still starting, to name its link. */
const STARTING_PATIENCE_MS = 5_000;

/** Runs the cluster and its console until a signal; resolves with the exit code. */
export async function up(options: UpOptions): Promise<number> {
  const stopping = stopRequest({ withParent: options.stopWithParent === true });
  const directory = await chooseDirectory(options);
  try {
    const opened = await openLocalCluster(
      {
        directory,
        ...(options.brokers === undefined ? {} : { brokers: options.brokers }),
        ...(options.port === undefined ? {} : { port: options.port }),
        ...(options.set === undefined ? {} : { settings: options.set }),
      },
      machinePorts(brokerProgram, stderrLogger()),
    );
    if (opened.kind === 'held') return await reportRunning(directory, options, opened.holder);
    if (opened.kind !== 'opened') throw await refusal(opened);
    for (const note of opened.notes) tell(`odradek: ${note}`);
    return await run(opened.cluster, options, stopping);
  } catch (error) {
    if (options.json === true && error instanceof Failure) printJson({ ready: false, reason: error.message });
    throw error;
  } finally {
    if (options.ephemeral === true) await rm(directory, { recursive: true, force: true });
  }
}

async function run(cluster: LocalCluster, options: UpOptions, stopping: Promise<void>): Promise<number> {
  forgetRunning(cluster.directory);
  const { promise: announced, resolve: announce } = Promise.withResolvers<void>();
  let opening: Promise<Console | null> = Promise.resolve(null);
  try {
    const consolePort = options.console ? await chooseConsolePort(options.consolePort) : null;
    const starting = cluster.start();
    // The console is built while the broker starts, and samples once both are announced.
    if (consolePort !== null) {
      const { sampleInterval: sampleIntervalMs } = options;
      opening = startAnsweringConsole(
        consoleOf(cluster, { port: consolePort, sampleIntervalMs, watchAfter: announced }),
      );
      // Reported where it is awaited; until then a failure must not count as unhandled.
      opening.catch(() => {});
    }
    const outcome = await Promise.race([starting, stopping]);
    if (outcome === undefined || outcome.kind === 'stopped') return ExitCode.OK;
    if (outcome.kind === 'failed') throw brokerFailure(outcome.broker);
    reportReady(cluster, await opening, options);
    announce();
    await stopping;
    return ExitCode.OK;
  } finally {
    forgetRunning(cluster.directory);
    await Promise.all([closeConsole(opening), cluster.close()]);
  }
}

async function closeConsole(opening: Promise<Console | null>): Promise<void> {
  // One that did not open has been reported, and has nothing to close.
  const console = await opening.catch(() => null);
  await console?.close();
}

function reportReady(cluster: LocalCluster, console: Console | null, options: UpOptions): void {
  const ready: ReadyCluster = {
    pid: process.pid,
    readyMs: Math.round(performance.now()),
    bootstrap: cluster.bootstrap,
    console: console?.url ?? null,
    open: console?.openUrl ?? null,
    data: cluster.directory,
    brokers: cluster.brokers,
  };
  const { readyMs: _, brokers: __, ...running } = ready;
  noteRunning(cluster.directory, running);
  if (options.json === true) printJson(readyLine(ready));
  else print(readyText(ready, process.stdout.isTTY));
  cluster.onChange((broker) => {
    if (options.json === true) printJson(brokerEventLine(broker));
    if (broker.state === 'failed') tell(`odradek: ${brokerFailure(broker).message}`);
  });
}

function brokerFailure({ id, reason, directory }: BrokerStatus): Failure {
  return new Failure(
    `broker ${id} failed: ${reason ?? 'it gives no reason'} (its log is ${directory}/broker.log)`,
  );
}

async function reportRunning(directory: string, options: UpOptions, holder: string): Promise<number> {
  const running = await findRunning(directory, STARTING_PATIENCE_MS);
  if (running === null) {
    throw new Failure(
      `${directory} is used by ${holder}, which has not said yet that it is ready`,
      ExitCode.ALREADY_RUNNING,
    );
  }
  if (options.json === true) printJson({ ready: false, running });
  else print(alreadyRunningText(running));
  return ExitCode.ALREADY_RUNNING;
}

async function chooseDirectory(options: UpOptions): Promise<string> {
  if (options.ephemeral !== true) return dataDirectoryOf(options.data, 'default');
  if (options.data !== undefined)
    throw usageFailure('--ephemeral keeps no data, so it does not go with --data');
  return mkdtemp(join(tmpdir(), 'odradek-'));
}

async function refusal(outcome: Exclude<OpenOutcome, { kind: 'opened' | 'held' }>): Promise<Failure> {
  if (outcome.kind === 'refused') return usageFailure(outcome.reason);
  const owner = portOwner(outcome.port) ?? 'another program';
  const free = await nextFreePorts(outcome.port + 1, outcome.count);
  const remedy =
    free === null
      ? 'no other TCP port is free'
      : `this would work: ${commandWithPort(process.argv.slice(2), free)}`;
  return usageFailure(`TCP port ${outcome.port} is in use by ${owner}; ${remedy}`);
}

/** The command as it was given, with another `--port`. */
export function commandWithPort(given: readonly string[], port: number): string {
  const words: string[] = [];
  for (let index = 0; index < given.length; index++) {
    const word = given[index] ?? '';
    if (word === '--port') index += 1;
    else if (!word.startsWith('--port=') && word !== '--stop-with-parent') words.push(quoted(word));
  }
  const rest = invokedAs.startsWith('npm ') ? words.slice(1) : words;
  return [invokedAs, ...rest, '--port', String(port)].join(' ');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
