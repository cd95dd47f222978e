import { readFileSync } from 'node:fs';
import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { dataDirectoryOf } from '../data-directory.ts';
import { ExitCode, Failure } from '../failure.ts';
import { withKafka } from '../kafka/client.ts';
import { nodeProblem } from '../node-version.ts';
import { consoleFiles } from '../programs.ts';
import { print, printJson } from '../standard-output.ts';
import { isFreePort, portOwner } from '../tcp-port.ts';
import { findRunning } from '../up/running-cluster.ts';

export interface DoctorOptions {
  readonly token?: boolean;
  readonly data?: string;
  readonly bootstrapServer?: string;
  readonly json?: boolean;
}

interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'problem';
  /** What was found, with the remedy where there is one. */
  readonly text: string;
}

/** The name the console gives its token's file, inside the data directory. */
const TOKEN_FILE = 'console-token';

const FREE_BYTES_WANTED = 1024 ** 3;
const OPEN_FILES_WANTED = 4096;
const DEFAULT_PORTS = { broker: 9092, console: 8080 } as const;

/** Says what is wrong; the exit code is 1 when something has to change before Odradek can work. */
export async function doctor(options: DoctorOptions): Promise<number> {
  const directory = dataDirectoryOf(options.data, 'default');
  if (options.token === true) {
    print(tokenIn(directory));
    return ExitCode.OK;
  }
  const running = await findRunning(directory, 0);
  const checks: Promise<Finding>[] = [
    checkNode(),
    checkOpenFiles(),
    checkConsoleFiles(),
    checkDirectory(directory),
    checkSpace(directory),
    ...(running === null
      ? [checkPort('broker', DEFAULT_PORTS.broker), checkPort('console', DEFAULT_PORTS.console)]
      : [checkConnection(running.bootstrap)]),
    ...(options.bootstrapServer === undefined ? [] : [checkConnection(options.bootstrapServer)]),
  ];
  const findings = await Promise.all(checks);
  for (const finding of findings) {
    if (options.json === true) printJson(finding);
    else print(`${MARKS[finding.state]} ${finding.check.padEnd(15)} ${finding.text}`);
  }
  return findings.some(({ state }) => state === 'problem') ? ExitCode.FAILED : ExitCode.OK;
}

const MARKS = { ok: '●', warning: '▲', problem: '■' } as const;

function tokenIn(directory: string): string {
  const path = join(directory, TOKEN_FILE);
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new Failure(`there is no token at ${path}: has 'odradek up' run with this --data?`, undefined, {
      cause: error,
    });
  }
}

async function checkNode(): Promise<Finding> {
  const problem = nodeProblem();
  return problem === null
    ? { check: 'node', state: 'ok', text: `Node ${process.versions.node}` }
    : { check: 'node', state: 'problem', text: problem };
}

async function checkOpenFiles(): Promise<Finding> {
  const check = 'open files';
  const limit = /^Max open files\s+(\d+)/m.exec(textOf('/proc/self/limits') ?? '')?.[1];
  if (limit === undefined) return { check, state: 'ok', text: 'the limit cannot be read on this system' };
  return Number(limit) >= OPEN_FILES_WANTED
    ? { check, state: 'ok', text: `up to ${limit}` }
    : { check, state: 'warning', text: `only ${limit} allowed; many partitions need more (ulimit -n 65536)` };
}

async function checkConsoleFiles(): Promise<Finding> {
  return consoleFiles() === null
    ? {
        check: 'console',
        state: 'problem',
        text: 'its pages are not built: run npm run prepare in the checkout',
      }
    : { check: 'console', state: 'ok', text: 'its pages are built' };
}

async function checkDirectory(directory: string): Promise<Finding> {
  const check = 'data directory';
  const existing = await nearestExisting(directory);
  const found = await stat(existing);
  if (!found.isDirectory()) return { check, state: 'problem', text: `${existing} is not a directory` };
  try {
    await access(existing, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    // The reason is always the same: it is the question that was asked.
    return { check, state: 'problem', text: `${existing} cannot be written; choose another with --data` };
  }
  if (existing !== directory) return { check, state: 'ok', text: `${directory} will be made` };
  const isPrivate = (found.mode & 0o077) === 0;
  return isPrivate
    ? { check, state: 'ok', text: directory }
    : { check, state: 'warning', text: `${directory} can be read by other users (chmod 700 '${directory}')` };
}

async function checkSpace(directory: string): Promise<Finding> {
  const check = 'disk space';
  const { bavail, bsize } = await statfs(await nearestExisting(directory));
  const freeBytes = bavail * bsize;
  const text = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB free`;
  return { check, state: freeBytes >= FREE_BYTES_WANTED ? 'ok' : 'warning', text };
}

async function checkPort(role: keyof typeof DEFAULT_PORTS, port: number): Promise<Finding> {
  const check = `${role} port`;
  if (await isFreePort(port)) return { check, state: 'ok', text: `${port} is free` };
  const remedy = role === 'broker' ? 'start with another --port' : 'the console takes the next free one';
  return {
    check,
    state: 'warning',
    text: `${port} is in use by ${portOwner(port) ?? 'another program'}; ${remedy}`,
  };
}

async function checkConnection(bootstrapServer: string): Promise<Finding> {
  const check = 'connection';
  try {
    return await withKafka({ bootstrapServer }, async ({ admin }) => {
      const { brokers } = await admin.metadata({ topics: [] });
      // Nearly every "offline" cluster is one whose brokers advertise what the client cannot reach.
      await admin.connectToBrokers([...brokers.keys()]);
      const advertised = [...brokers.values()].map(({ host, port }) => `${host}:${port}`).join(', ');
      return { check, state: 'ok', text: `${bootstrapServer} answers; it advertises ${advertised}` };
    });
  } catch (error) {
    if (error instanceof Failure) return { check, state: 'problem', text: error.message };
    throw error;
  }
}

async function nearestExisting(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    try {
      await stat(at);
      return at;
    } catch (error) {
      if (at === dirname(at)) throw error;
    }
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Only Linux has it.
    return null;
  }
}
