import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brokerList, brokerProcess, clusterEvents, errorBody, paths } from '@odradek/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { silentLogger } from '../../test/silent-logger.ts';
import { type Console, type ManagedBroker, type ManagedCluster, startConsole } from '../console-server.ts';

/** Processes that do as they are told, but broker 2, which refuses. */
class ObedientCluster implements ManagedCluster {
  readonly #listeners = new Set<(broker: ManagedBroker) => void>();
  #brokers: readonly ManagedBroker[] = [1, 2].map((id) => ({ id, state: 'running', pid: id, reason: null }));

  get brokers(): readonly ManagedBroker[] {
    return this.#brokers;
  }

  startBroker = (id: number) => this.#become(id, { state: 'running', pid: id });
  restartBroker = (id: number) => this.#become(id, { state: 'running', pid: id + 100 });
  stopBroker = (id: number) => this.#become(id, { state: 'stopped', pid: null });
  killBroker = (id: number) => this.#become(id, { state: 'stopped', pid: null, reason: 'killed' });
  pauseBroker = (id: number) => this.#become(id, { state: 'paused' });
  resumeBroker = (id: number) => this.#become(id, { state: 'running' });

  onChange(listener: (broker: ManagedBroker) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #become(id: number, change: Partial<ManagedBroker>): Promise<void> {
    if (id === 2) throw new Error('broker 2 is busy with something else');
    this.#brokers = this.#brokers.map((broker) => (broker.id === id ? { ...broker, ...change } : broker));
    const changed = this.#brokers.find((broker) => broker.id === id);
    for (const listener of this.#listeners) if (changed) listener(changed);
  }
}

const directory = mkdtempSync(join(tmpdir(), 'odradek-acts-'));
let console: Console;

beforeAll(async () => {
  const nowhere = ['127.0.0.1:1'];
  console = await startConsole({
    clusters: [
      { name: 'local', bootstrap: nowhere, managed: true },
      { name: 'watched', bootstrap: nowhere },
      { name: 'changeable', bootstrap: nowhere, readOnly: false },
    ],
    managedCluster: new ObedientCluster(),
    dataDirectory: directory,
    port: 0,
    logger: silentLogger,
    version: '0',
    startedAs: 'up',
    watchAfter: new Promise(() => {}),
  });
});

afterAll(async () => {
  await console.close();
  rmSync(directory, { recursive: true });
});

async function ask<T>(schema: z.ZodType<T>, path: string, method = 'GET'): Promise<[number, T]> {
  const headers = {
    authorization: `Bearer ${console.token}`,
    origin: console.url,
    'content-type': 'application/json',
  };
  const answer = await fetch(console.url + path, {
    method,
    headers,
    ...(method === 'POST' && { body: '{}' }),
  });
  return [answer.status, schema.parse(await answer.json())];
}

const act = (cluster: string, broker: number, name: Parameters<typeof paths.brokerAct>[2]) =>
  ask(brokerProcess, paths.brokerAct(cluster, broker, name), 'POST');
const refused = async (cluster: string, broker: number) => {
  const [status, { error }] = await ask(errorBody, paths.brokerAct(cluster, broker, 'kill'), 'POST');
  return [status, error.code, error.message];
};

describe('acts on brokers', () => {
  it('answer with what the process has become', async () => {
    expect(await act('local', 1, 'pause')).toEqual([200, { state: 'paused', pid: 1, reason: null }]);
    expect(await act('local', 1, 'resume')).toEqual([200, { state: 'running', pid: 1, reason: null }]);
    expect(await act('local', 1, 'restart')).toEqual([200, { state: 'running', pid: 101, reason: null }]);
    expect(await act('local', 1, 'stop')).toEqual([200, { state: 'stopped', pid: null, reason: null }]);
    expect(await act('local', 1, 'start')).toEqual([200, { state: 'running', pid: 1, reason: null }]);
    expect(await act('local', 1, 'kill')).toEqual([200, { state: 'stopped', pid: null, reason: 'killed' }]);
  });

  it('are told in the feed, and show in the list also while the cluster does not answer', async () => {
    const [, { events }] = await ask(clusterEvents, paths.clusterEvents('local'));
    expect(events[0]).toMatchObject({
      since: null,
      change: { kind: 'broker-process', brokerId: 1, process: { state: 'stopped', reason: 'killed' } },
    });
    const [, { brokers }] = await ask(brokerList, paths.brokers('local'));
    expect(brokers).toMatchObject([
      { id: 1, status: 'absent', process: { state: 'stopped' } },
      { id: 2, status: 'absent', process: { state: 'running' } },
    ]);
  });

  it('that fail say why', async () => {
    expect(await refused('local', 2)).toEqual([
      409,
      'BROKER_ACT_FAILED',
      'broker 2 is busy with something else',
    ]);
  });

  it('need a broker that is there', async () => {
    expect(await refused('local', 7)).toEqual([
      404,
      'NOT_FOUND',
      'This cluster has no broker 7 at the moment.',
    ]);
  });

  it('are refused where Odradek did not start the cluster, and where it may change nothing', async () => {
    expect(await refused('changeable', 1)).toEqual([409, 'NOT_MANAGED', expect.any(String)]);
    expect(await refused('watched', 1)).toEqual([403, 'CLUSTER_READ_ONLY', expect.any(String)]);
  });

  it('show no processes of a cluster that another one supervises', async () => {
    const [, { brokers }] = await ask(brokerList, paths.brokers('watched'));
    expect(brokers).toEqual([]);
  });
});
