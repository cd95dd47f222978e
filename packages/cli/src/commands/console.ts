import { lockDirectory } from '@odradek/broker/cluster';
import { parseClusterOption, readClusterFile } from '../console/cluster-file.ts';
import { dataDirectoryOf } from '../data-directory.ts';
import { ExitCode, Failure, usageFailure } from '../failure.ts';
import { print, printJson } from '../standard-output.ts';
import { chooseConsolePort, startAnsweringConsole } from '../up/cluster-console.ts';
import { stopRequest } from '../up/stop-request.ts';

export interface RunConsoleOptions {
  readonly cluster?: readonly string[];
  readonly config?: string;
  readonly port?: number;
  readonly data?: string;
  readonly sampleInterval: number;
  readonly stopWithParent?: boolean;
  readonly json?: boolean;
}

/** Runs the console alone until a signal; resolves with the exit code. */
export async function runConsole(options: RunConsoleOptions): Promise<number> {
  const clusters = [
    ...(options.cluster ?? []).map(parseClusterOption),
    ...(options.config === undefined ? [] : readClusterFile(options.config)),
  ];
  if (clusters.length === 0) {
    throw usageFailure('name the clusters to watch: --cluster name=host:port, or --config FILE');
  }
  const names = clusters.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw usageFailure(`two clusters are called ${twice}; each needs a name of its own`);

  const stopping = stopRequest({ withParent: options.stopWithParent === true });
  const dataDirectory = dataDirectoryOf(options.data, 'console');
  const lock = await lockDirectory(dataDirectory);
  if (lock.kind === 'held') {
    throw new Failure(
      `${dataDirectory} is used by ${lock.holder}; choose another with --data`,
      ExitCode.ALREADY_RUNNING,
    );
  }
  const console = await startAnsweringConsole({
    port: await chooseConsolePort(options.port, '--port'),
    dataDirectory,
    startedAs: 'console',
    clusters,
    sampleIntervalMs: options.sampleInterval,
  });
  if (options.json === true) printJson({ ready: true, console: console.url, open: console.openUrl });
  else print(readyText(console.openUrl, names));
  await stopping;
  await console.close();
  await lock.release();
  return ExitCode.OK;
}

function readyText(openUrl: string, names: readonly string[]): string {
  const stop = process.stdout.isTTY ? 'Ctrl-C' : `kill ${process.pid}`;
  return [
    `The console is ready: ${names.join(', ')}`,
    '',
    `  console    ${openUrl}`,
    `  stop       ${stop}`,
    '',
  ].join('\n');
}
