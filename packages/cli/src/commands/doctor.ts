import { readFileSync } from 'node:fs';
import { access, constants, stat, statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import { dirname, join } from 'node:path';
import { DEFAULT_BROKERS, keptPortsOf } from '@odradek/broker/cluster';
import { dataDirectoryOf } from '../data-directory.ts';
import { ExitCode, Failure } from '../failure.ts';
import { withKafka } from '../kafka/client.ts';
import { withRequests } from '../kafka/requests.ts';
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
/** For a new cluster and its console; each broker takes some 70 MB. */
const FREE_MEMORY_WANTED = 512 * 1024 ** 2;
const FIRST_BROKER_PORT = 9092;
const CONSOLE_PORT = 8080;

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
      ? [checkMemory(), checkBrokerPorts(directory), checkConsolePort(CONSOLE_PORT)]
      : [checkConnection(running.bootstrap), checkBrokers(running.bootstrap)]),
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

async function checkMemory(): Promise<Finding> {
  // What Linux can free at once counts as well.
  const available = /^MemAvailable:\s+(\d+) kB/m.exec(textOf('/proc/meminfo') ?? '')?.[1];
  const bytes = available === undefined ? freemem() : Number(available) * 1024;
  const state = bytes >= FREE_MEMORY_WANTED ? 'ok' : 'warning';
  const remedy = state === 'ok' ? '' : '; one broker needs less than three (odradek up --brokers 1)';
  return { check: 'memory', state, text: `${(bytes / 1024 ** 3).toFixed(1)} GiB free${remedy}` };
}

/** The ports that a start would want: those the directory has, or else the first ones in a row. */
async function checkBrokerPorts(directory: string): Promise<Finding> {
  const check = 'broker ports';
  const fresh = Array.from({ length: DEFAULT_BROKERS }, (_, index) => FIRST_BROKER_PORT + index);
  const ports = (await keptPortsOf(directory)) ?? fresh;
  for (const port of ports) {
    if (await isFreePort(port)) continue;
    const text = `${port} is in use by ${portOwner(port) ?? 'another program'}; start with another --port`;
    return { check, state: 'warning', text };
  }
  return { check, state: 'ok', text: `${ports.join(', ')} ${ports.length === 1 ? 'is' : 'are'} free` };
}

async function checkConsolePort(port: number): Promise<Finding> {
  const check = 'console port';
  if (await isFreePort(port)) return { check, state: 'ok', text: `${port} is free` };
  const owner = portOwner(port) ?? 'another program';
  return {
    check,
    state: 'warning',
    text: `${port} is in use by ${owner}; the console takes the next free one`,
  };
}

/** Each broker of the cluster that runs on this directory, and whether the quorum has a leader. */
async function checkBrokers(bootstrap: string): Promise<Finding> {
  const check = 'brokers';
  const addresses = bootstrap.split(',');
  const answers = await Promise.all(addresses.map(quorumLeaderAs));
  const silent = addresses.filter((_, index) => answers[index] === 'silent');
  if (silent.length > 0) {
    const text = `${silent.join(', ')} ${silent.length === 1 ? 'does' : 'do'} not answer; broker.log in the folder of each says why`;
    return { check, state: silent.length === addresses.length ? 'problem' : 'warning', text };
  }
  const leader = answers.find((answer) => typeof answer === 'number');
  return leader === undefined
    ? { check, state: 'problem', text: 'no controller leads: a majority of the voters has to run' }
    : { check, state: 'ok', text: `${addresses.length} answer; broker ${leader} is the controller` };
}

async function quorumLeaderAs(bootstrapServer: string): Promise<number | 'none' | 'silent'> {
  try {
    return await withRequests({ bootstrapServer }, async (requests) => {
      const { topics } = await requests.sendToAny('DescribeQuorum', {
        topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }],
      });
      const leaderId = topics[0]?.partitions[0]?.leaderId ?? -1;
      return leaderId < 0 ? 'none' : leaderId;
    });
  } catch (error) {
    if (error instanceof Failure) return 'silent';
    throw error;
  }
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
