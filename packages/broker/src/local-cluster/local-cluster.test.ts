import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FrameReader, frameOf } from '../net/framing.ts';
import { codec } from '../protocol/codec.ts';
import type { Logger } from '../runtime/logger.ts';
import { nodeClock } from '../runtime/node-clock.ts';
import { nodeDisk } from '../runtime/node-disk.ts';
import { nodeNetwork } from '../runtime/node-network.ts';
import { nodeRandom } from '../runtime/node-random.ts';
import type { LocalClusterOptions, LocalClusterPorts } from './cluster-options.ts';
import { type LocalCluster, openLocalCluster } from './local-cluster.ts';
import type { HostedProcess, ProcessEvents, ProcessHost } from './process-host.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

/** A process that is none: it listens where its server.properties says, and answers what a client asks first. */
class ListeningProcess implements HostedProcess {
  readonly identity = { pid: 4_000_000, started: 'never' };
  readonly #events: ProcessEvents;
  readonly #server = net.createServer((socket) => this.#answer(socket));
  readonly #sockets = new Set<net.Socket>();
  readonly #port: number;
  #advertisedPort: number;
  #isHalted = false;

  constructor(configFile: string, events: ProcessEvents, lie: { advertisedPort?: number }) {
    this.#events = events;
    const listener = /^listeners=PLAINTEXT:\/\/127\.0\.0\.1:(\d+),/m.exec(readFileSync(configFile, 'utf8'));
    this.#port = Number(listener?.[1]);
    this.#advertisedPort = lie.advertisedPort ?? this.#port;
    this.#server.listen(this.#port, '127.0.0.1', () => events.listening());
  }

  /** From here on it advertises the address it listens on. */
  mend(): void {
    this.#advertisedPort = this.#port;
  }

  signal(signal: 'terminate' | 'kill' | 'pause' | 'resume'): void {
    if (signal === 'pause' || signal === 'resume') this.#isHalted = signal === 'pause';
    else this.end(`ended by ${signal}`);
  }

  isHalted(): boolean {
    return this.#isHalted;
  }

  end(reason: string, hopeless = false): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close(() => this.#events.exited({ reason, hopeless }));
  }

  #answer(socket: net.Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    const frames = new FrameReader(1024);
    socket.on('data', (chunk) => {
      frames.push(chunk);
      for (let outcome = frames.next(); outcome.kind === 'frame'; outcome = frames.next()) {
        const view = new DataView(outcome.bytes.buffer, outcome.bytes.byteOffset);
        const correlationId = outcome.bytes.subarray(4, 8);
        for (const part of frameOf([correlationId, this.#body(view.getInt16(0))])) socket.write(part);
      }
    });
  }

  #body(apiKey: number): Uint8Array {
    if (apiKey === 18) {
      return codec('ApiVersionsResponse').encode(
        { apiKeys: [{ apiKey: 3, minVersion: 0, maxVersion: 1 }] },
        0,
      );
    }
    const brokers = [{ nodeId: 1, host: '127.0.0.1', port: this.#advertisedPort }];
    return codec('MetadataResponse').encode({ brokers, controllerId: 1, topics: [] }, 1);
  }
}

let directory: string;
let processes: ListeningProcess[];
let opened: LocalCluster[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'odradek-cluster-'));
  processes = [];
  opened = [];
});

afterEach(async () => {
  for (const cluster of opened) await cluster.close();
  rmSync(directory, { recursive: true, force: true });
});

function portsOf(lie: { advertisedPort?: number } = {}): LocalClusterPorts {
  const host: ProcessHost = {
    spawn: (configFile, events) => {
      const hosted = new ListeningProcess(configFile, events, lie);
      processes.push(hosted);
      return hosted;
    },
    isRunning: () => false,
    wake: () => {},
    kill: () => {},
  };
  return {
    clock: nodeClock,
    random: nodeRandom(),
    disk: nodeDisk,
    network: nodeNetwork,
    logger: silent,
    host,
  };
}

async function open(options: Partial<LocalClusterOptions> = {}, ports = portsOf()): Promise<LocalCluster> {
  const outcome = await openLocalCluster({ directory, brokers: 1, port: 0, ...options }, ports);
  if (outcome.kind !== 'opened') throw new Error(JSON.stringify(outcome));
  opened.push(outcome.cluster);
  return outcome.cluster;
}

/** Resolves with the states seen once the last of them is there. */
function until(cluster: LocalCluster, last: string): Promise<string[]> {
  const seen: string[] = [];
  return new Promise((resolve) => {
    const unsubscribe = cluster.onChange(({ state }) => {
      seen.push(state);
      if (state !== last) return;
      unsubscribe();
      resolve(seen);
    });
  });
}

describe('LocalCluster', () => {
  it('is running once the broker has answered on its advertised address', async () => {
    const cluster = await open();
    const states = until(cluster, 'running');
    expect(await cluster.start()).toEqual({ kind: 'running' });
    expect(await states).toEqual(['starting', 'running']);
    expect(cluster.brokers).toMatchObject([{ id: 1, state: 'running', pid: 4_000_000, reason: null }]);
    expect(cluster.bootstrap).toBe(`127.0.0.1:${cluster.brokers[0]?.port}`);
  });

  it('is not running while the broker advertises another address', async () => {
    const cluster = await open({}, portsOf({ advertisedPort: 1 }));
    const started = cluster.start();
    const first = await Promise.race([
      started,
      new Promise((resolve) => setTimeout(resolve, 200, 'waiting')),
    ]);
    expect(first).toBe('waiting');
    expect(cluster.brokers[0]?.state).toBe('starting');
    processes[0]?.mend();
    expect(await started).toEqual({ kind: 'running' });
  });

  it('starts a broker that died again', async () => {
    const cluster = await open();
    await cluster.start();
    const states = until(cluster, 'running');
    processes[0]?.end('ended by SIGKILL');
    expect(await states).toEqual(['stopped', 'starting', 'running']);
    expect(processes).toHaveLength(2);
  });

  it('fails with the reason when the configuration is refused', async () => {
    const cluster = await open();
    const started = cluster.start();
    processes[0]?.end('exit code 2: unknown key', true);
    expect(await started).toMatchObject({ kind: 'failed', broker: { reason: 'exit code 2: unknown key' } });
  });

  it('keeps ports, cluster id and settings in its directory', async () => {
    const first = await open({ settings: { 'log.retention.hours': '1' } });
    const { clusterId, bootstrap } = first;
    await first.close();
    const outcome = await openLocalCluster({ directory }, portsOf());
    if (outcome.kind !== 'opened') throw new Error(outcome.kind);
    opened.push(outcome.cluster);
    expect(outcome.cluster).toMatchObject({ clusterId, bootstrap });
    const properties = readFileSync(join(directory, 'broker-1/server.properties'), 'utf8');
    expect(properties).toContain('log.retention.hours=1\n');
    expect(properties).toContain(`odradek.cluster.id=${clusterId}\n`);
  });

  it('is held by one opener at a time', async () => {
    const cluster = await open();
    expect(await openLocalCluster({ directory }, portsOf())).toEqual({
      kind: 'held',
      holder: `process ${process.pid}`,
    });
    await cluster.close();
    expect((await openLocalCluster({ directory, settings: { 'node.id': '7' } }, portsOf())).kind).toBe(
      'refused',
    );
  });

  it('starts nothing and writes no manifest when a port is taken', async () => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await openLocalCluster({ directory, brokers: 1, port }, portsOf())).toEqual({
      kind: 'port-in-use',
      port,
      firstPort: port,
      count: 1,
    });
    expect(existsSync(join(directory, 'cluster.json'))).toBe(false);
    other.close();
    await open({ port });
  });

  it('refuses a manifest it does not understand', async () => {
    writeFileSync(join(directory, 'cluster.json'), '{"formatVersion": 3}');
    expect(await openLocalCluster({ directory }, portsOf())).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('was written by a newer Odradek'),
    });
  });

  it('refuses settings that the broker would refuse, and keeps nothing of them', async () => {
    const settings = { 'log.retention.hours': 'soon' };
    expect(await openLocalCluster({ directory, port: 0, settings }, portsOf())).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('--set log.retention.hours: '),
    });
    expect(
      await openLocalCluster({ directory, port: 0, settings: { 'node.id': '7' } }, portsOf()),
    ).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('node.id is set by the local cluster itself'),
    });
    expect(existsSync(join(directory, 'cluster.json'))).toBe(false);
  });

  it('stops for good, also between two attempts to start', async () => {
    const cluster = await open();
    const started = cluster.start();
    processes[0]?.end('exit code 1');
    await until(cluster, 'stopped');
    await cluster.stop();
    expect(await started).toEqual({ kind: 'stopped' });
    expect(cluster.brokers[0]?.state).toBe('stopped');
  });
});

describe('what is asked of a broker', () => {
  it('resolves when it is true', async () => {
    const cluster = await open();
    await cluster.start();
    expect(await cluster.pauseBroker(1)).toMatchObject({ state: 'paused', pid: 4_000_000 });
    expect(processes[0]?.isHalted()).toBe(true);
    expect(await cluster.resumeBroker(1)).toMatchObject({ state: 'running' });
    expect(await cluster.killBroker(1)).toMatchObject({ state: 'stopped', pid: null });
    expect(await cluster.startBroker(1)).toMatchObject({ state: 'running', reason: null });
    expect(await cluster.restartBroker(1)).toMatchObject({ state: 'running' });
    expect(processes).toHaveLength(3);
    expect(await cluster.stopBroker(1)).toMatchObject({ state: 'stopped', reason: null });
  });

  it('is refused with a sentence where it makes no sense', async () => {
    const cluster = await open();
    await expect(cluster.startBroker(7)).rejects.toMatchObject({
      kind: 'unknown',
      message: 'This cluster has no broker 7.',
    });
    const refusals = [
      [cluster.pauseBroker(1), 'Broker 1 is stopped; only one that is running can be paused.'],
      [cluster.resumeBroker(1), 'Broker 1 is stopped; only one that is paused can be resumed.'],
      [cluster.killBroker(1), 'Broker 1 has no process to kill: it is stopped.'],
    ] as const;
    for (const [refused, message] of refusals) {
      await expect(refused).rejects.toMatchObject({ kind: 'conflict', message });
    }
    await cluster.start();
    await cluster.pauseBroker(1);
    await expect(cluster.startBroker(1)).rejects.toThrow('Broker 1 is paused: resume it.');
    await expect(cluster.removeBroker(1)).rejects.toThrow('Broker 1 votes on metadata');
  });

  it('is refused with the reason when the broker fails', async () => {
    const cluster = await open();
    await cluster.start();
    await cluster.stopBroker(1);
    const started = cluster.startBroker(1);
    processes[1]?.end('exit code 2: unknown key', true);
    await expect(started).rejects.toThrow('Broker 1 failed: exit code 2: unknown key.');
  });

  it('is refused when it was overtaken', async () => {
    const cluster = await open({}, portsOf({ advertisedPort: 1 }));
    const started = cluster.startBroker(1);
    const refused = expect(started).rejects.toThrow('Broker 1 was stopped before it had answered.');
    await cluster.stopBroker(1);
    await refused;
  });

  it('is refused once the cluster is closing', async () => {
    const cluster = await open();
    await cluster.start();
    const closed = cluster.close();
    await expect(cluster.restartBroker(1)).rejects.toThrow('The cluster is being stopped.');
    await expect(cluster.addBroker()).rejects.toThrow('The cluster is being stopped.');
    await closed;
  });
});
