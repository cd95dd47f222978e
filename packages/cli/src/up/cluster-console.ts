import type { LocalCluster } from '@odradek/broker/cluster';
import type { Console, ConsoleOptions } from '@odradek/monitor';
import { Failure, usageFailure } from '../failure.ts';
import { productVersion } from '../product-version.ts';
import { consoleFiles } from '../programs.ts';
import { tell } from '../standard-output.ts';
import { stderrLogger } from '../stderr-logger.ts';
import { isFreePort, nextFreePorts, portOwner } from '../tcp-port.ts';

const DEFAULT_PORT = 8080;

/** The name under which the console shows the cluster that `up` started. */
const MANAGED_CLUSTER = 'local';

/**
 * The port for the console: the one the user gave, or else 8080 or the next free one, which is said. 0 stands for any
 * free one. Ends with a sentence when the one given is taken.
 */
export async function chooseConsolePort(
  given: number | undefined,
  optionName = '--console-port',
): Promise<number> {
  const wanted = given ?? DEFAULT_PORT;
  if (wanted === 0 || (await isFreePort(wanted))) return wanted;
  const owner = portOwner(wanted) ?? 'another program';
  const free = await nextFreePorts(wanted + 1);
  if (given !== undefined || free === null) {
    const remedy = free === null ? '' : `; ${optionName} ${free} is free`;
    throw usageFailure(`${optionName} ${wanted} is in use by ${owner}${remedy}`);
  }
  tell(`odradek: TCP port ${wanted} is in use by ${owner}; the console takes ${free}`);
  return free;
}

/** What a console is started with, beside what is the same for all of them. */
export type ConsoleStart = Omit<ConsoleOptions, 'logger' | 'version' | 'consoleFiles'>;

/** Starts a console and resolves once its first page has been answered. */
export async function startAnsweringConsole(start: ConsoleStart): Promise<Console> {
  const files = consoleFiles();
  if (files === null) {
    throw new Failure(
      'the pages of the console are not built (npm run prepare builds them); --no-console does without',
    );
  }
  const { startConsole } = await import('@odradek/monitor');
  const console = await startConsole({
    ...start,
    consoleFiles: files,
    version: productVersion,
    logger: stderrLogger(),
  });
  try {
    await answers(console.url);
    return console;
  } catch (error) {
    await console.close();
    throw error;
  }
}

/** What the console of `up` is started with. */
export function consoleOf(
  cluster: LocalCluster,
  options: Pick<ConsoleStart, 'port' | 'watchAfter'> & { sampleIntervalMs: number },
): ConsoleStart {
  return {
    port: options.port,
    ...(options.watchAfter === undefined ? {} : { watchAfter: options.watchAfter }),
    dataDirectory: cluster.directory,
    startedAs: process.env.ODRADEK_STARTED_AS === 'desktop' ? 'desktop' : 'up',
    managedCluster: cluster,
    clusters: [
      {
        name: MANAGED_CLUSTER,
        bootstrap: cluster.bootstrap.split(','),
        managed: true,
        readOnly: false,
        sampleIntervalMs: options.sampleIntervalMs,
      },
    ],
  };
}

async function answers(url: string): Promise<void> {
  // Loading it takes longer than all that comes before the broker is started; an `import` would take 11 MB more.
  const { get } = process.getBuiltinModule('node:http');
  await new Promise<void>((resolve, reject) => {
    get(url, (response) => {
      response.resume();
      if (response.statusCode === 200) resolve();
      else reject(new Failure(`the console at ${url} answers with status ${response.statusCode}`));
    }).once('error', (error) =>
      reject(new Failure(`the console at ${url} does not answer: ${error.message}`)),
    );
  });
}
