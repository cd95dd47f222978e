import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../broker-under-test.ts';
import { found, until } from '../patience.ts';
import type { LineProcess } from './line-process.ts';
import { connectWorker } from './programs.ts';

/** What Connect keeps its state in, and makes of its own accord. */
const STORAGE = {
  'config.storage.topic': 'connect-configs',
  'config.storage.replication.factor': '3',
  'offset.storage.topic': 'connect-offsets',
  'offset.storage.partitions': '3',
  'offset.storage.replication.factor': '3',
  'status.storage.topic': 'connect-status',
  'status.storage.partitions': '2',
  'status.storage.replication.factor': '3',
};

const WORKER = {
  ...STORAGE,
  'group.id': 'files',
  'exactly.once.source.support': 'enabled',
  'consumer.isolation.level': 'read_committed',
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': 'false',
  'plugin.discovery': 'service_load',
  'offset.flush.interval.ms': '300',
  // A worker that was killed is missed this soon, and its tasks are given to the other at once; the consumer of its
  // sink is missed as soon. A worker that lives is missed when it is slower than that, and then its sink writes twice.
  'session.timeout.ms': '10000',
  'heartbeat.interval.ms': '1000',
  'consumer.session.timeout.ms': '10000',
  'consumer.heartbeat.interval.ms': '1000',
  'scheduled.rebalance.max.delay.ms': '0',
};

/** Connect itself gives a request up after a minute and a half. */
const ANSWER_MS = 100_000;

interface Worker {
  readonly url: string;
  readonly properties: string;
  process: LineProcess;
  /** Whether it was meant to die. */
  isKilled: boolean;
}

interface Status {
  readonly connector?: { readonly state: string };
  readonly tasks?: readonly { readonly state: string; readonly worker_id: string }[];
}

/** Two workers of Kafka Connect with a file on either side of a topic. */
export class ConnectCluster {
  /** Appended to, line by line, and read by the source. */
  readonly sourceFile: string;
  readonly #folder: string;
  readonly #sinkFile: string;
  readonly #workers: Worker[];

  private constructor(folder: string, workers: Worker[]) {
    this.#folder = folder;
    this.sourceFile = join(folder, 'source.txt');
    this.#sinkFile = join(folder, 'sink.txt');
    this.#workers = workers;
  }

  static async start(bootstrap: string): Promise<ConnectCluster> {
    const folder = await mkdtemp(join(tmpdir(), 'odradek-connect-'));
    const workers: Worker[] = [];
    for (const name of ['worker-1', 'worker-2']) {
      const url = `http://127.0.0.1:${await freePort()}`;
      const properties = join(folder, `${name}.properties`);
      const settings = { ...WORKER, 'bootstrap.servers': bootstrap, listeners: url };
      const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
      await writeFile(properties, lines.join(''));
      workers.push({ url, properties, process: connectWorker(properties), isKilled: false });
    }
    const connect = new ConnectCluster(folder, workers);
    await writeFile(connect.sourceFile, '');
    await writeFile(connect.#sinkFile, '');
    return connect;
  }

  /** Sets up both connectors and resolves when their tasks run, each on a worker of its own. */
  async connectFiles(topic: string): Promise<void> {
    await this.#create('file-source', {
      'connector.class': 'org.apache.kafka.connect.file.FileStreamSourceConnector',
      file: this.sourceFile,
      topic,
      'exactly.once.support': 'required',
    });
    await this.#create('file-sink', {
      'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector',
      file: this.#sinkFile,
      topics: topic,
    });
    await this.tasksAreApart();
  }

  /** Resolves when the two tasks run on two workers. */
  async tasksAreApart(): Promise<void> {
    await this.#until('the tasks run on two workers', async () => {
      const workers = [await this.#workerOf('file-source'), await this.#workerOf('file-sink')];
      return workers.every((worker) => worker !== null) && workers[0] !== workers[1];
    });
  }

  /** Appends few at a time: each that the source finds is a transaction. */
  async append(lines: readonly string[]): Promise<void> {
    for (let at = 0; at < lines.length; at += 5) {
      const some = lines.slice(at, at + 5);
      await appendFile(this.sourceFile, some.map((line) => `${line}\n`).join(''));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** What the sink has written. */
  async sunk(): Promise<string[]> {
    return (await readFile(this.#sinkFile, 'utf8')).split('\n').slice(0, -1);
  }

  /** Resolves when the sink has written so many lines, or more. */
  async hasSunk(count: number): Promise<void> {
    await this.#until(`${count} lines in the sink`, async () => (await this.sunk()).length >= count);
  }

  /** Kills (`kill -9`) the worker that the task of a connector runs on, which must be alone on it. */
  async killWorkerOf(connector: 'file-source' | 'file-sink'): Promise<void> {
    const worker = await found(`${connector} runs somewhere`, () => this.#workerOf(connector), {
      saw: () => this.account(),
    });
    worker.isKilled = true;
    await worker.process.end('SIGKILL');
  }

  /** Starts the worker again that was killed. */
  async restartWorker(): Promise<void> {
    const dead = this.#workers.find(({ isKilled }) => isKilled);
    if (dead === undefined) throw new Error('no worker was killed');
    dead.process = connectWorker(dead.properties);
    dead.isKilled = false;
  }

  /** Ends all workers in order. */
  async stop(): Promise<void> {
    await Promise.all(this.#workers.map(({ process }) => process.end('SIGTERM')));
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map(({ process }) => process.end('SIGKILL')));
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** How everything stands: for who has waited in vain. */
  async account(): Promise<string> {
    const told = this.#workers.map(async ({ url, process, isKilled }) => {
      const ask = async (path: string) =>
        (await fetch(`${url}${path}`, { signal: AbortSignal.timeout(5_000) })).text();
      const status = isKilled ? 'was killed' : await ask('/connectors?expand=status').catch(String);
      return `${url}: ${status}\nits log ends with\n${process.errors.slice(-4_000)}`;
    });
    return [`in the sink lie ${(await this.sunk()).length} lines`, ...(await Promise.all(told))].join('\n\n');
  }

  async #create(connector: string, config: Readonly<Record<string, string>>): Promise<void> {
    const body = JSON.stringify({ 'tasks.max': '1', ...config });
    await this.#until(`${connector} is created`, async () => {
      const answer = await this.#rest(`/connectors/${connector}/config`, { method: 'PUT', body });
      if (answer?.status === 400) throw new Error(`${connector}: ${await answer.text()}`);
      return answer?.ok === true;
    });
  }

  /** The living worker that the task of a connector runs on. */
  async #workerOf(connector: string): Promise<Worker | null> {
    const answer = await this.#rest(`/connectors/${connector}/status`);
    if (answer?.ok !== true) return null;
    const { tasks = [] } = (await answer.json()) as Status;
    const [task] = tasks;
    if (task?.state === 'FAILED') throw new Error(`${connector} failed: ${JSON.stringify(task)}`);
    if (task?.state !== 'RUNNING') return null;
    const worker = this.#workers.find(({ url }) => url.endsWith(task.worker_id));
    return worker === undefined || worker.isKilled ? null : worker;
  }

  /** Asks a living worker; null when it does not serve yet. */
  async #rest(path: string, request: RequestInit = {}): Promise<Response | null> {
    for (const { process, isKilled, url } of this.#workers) {
      if (process.hasEnded && !isKilled)
        throw new Error(`the worker at ${url} has ended:\n${process.errors}`);
    }
    const worker = this.#workers.find(({ isKilled }) => !isKilled);
    if (worker === undefined) throw new Error('no worker lives');
    try {
      const headers = { 'content-type': 'application/json' };
      const signal = AbortSignal.timeout(ANSWER_MS);
      return await fetch(`${worker.url}${path}`, { headers, signal, ...request });
    } catch {
      return null;
    }
  }

  #until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    return until(what, isSo, { everyMs: 100, saw: () => this.account() });
  }
}
