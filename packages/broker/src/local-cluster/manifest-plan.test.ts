import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeDisk } from '../runtime/node-disk.ts';
import { nodeNetwork } from '../runtime/node-network.ts';
import { nodeRandom } from '../runtime/node-random.ts';
import type { LocalClusterOptions } from './cluster-options.ts';
import { formatManifest, type Manifest } from './manifest.ts';
import { planBroker, planKnown, planNew } from './manifest-plan.ts';

const ports = { disk: nodeDisk, network: nodeNetwork, random: nodeRandom() };

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'odradek-plan-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function made(options: Partial<LocalClusterOptions> = {}): Promise<Manifest> {
  const plan = await planNew({ directory, port: 0, ...options }, ports);
  if (plan.kind !== 'manifest') throw new Error(plan.reason);
  return plan.manifest;
}

async function opened(manifest: Manifest, options: Partial<LocalClusterOptions> = {}) {
  const plan = await planKnown(formatManifest(manifest), { directory, ...options }, ports);
  if (plan.kind !== 'manifest') throw new Error(plan.reason);
  return plan;
}

describe('a new cluster', () => {
  it('has three brokers, and all of them vote', async () => {
    const { brokers, voters } = await made();
    expect(brokers.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(voters.map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it('draws a directory id for each voter, and TCP ports that are all different', async () => {
    const { brokers, voters } = await made({ brokers: 6 });
    expect(voters.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
    expect(new Set(voters.map(({ directoryId }) => directoryId)).size).toBe(5);
    expect(new Set(brokers.flatMap(({ port, controllerPort }) => [port, controllerPort])).size).toBe(12);
  });

  it('takes the TCP ports from the given one on, and keeps controllers off them', async () => {
    const { brokers } = await made({ brokers: 3, port: 25_000 });
    expect(brokers.map(({ port }) => port)).toEqual([25_000, 25_001, 25_002]);
    for (const { controllerPort } of brokers) expect([25_000, 25_001, 25_002]).not.toContain(controllerPort);
    expect(await planNew({ directory, brokers: 3, port: 65_534 }, ports)).toMatchObject({ kind: 'refused' });
  });
});

describe('a cluster that is there', () => {
  it('keeps its ports, its voters and its settings; settings given again win', async () => {
    const manifest = await made({ brokers: 3, settings: { a: '1', b: '1' } });
    const { manifest: again, notes } = await opened(manifest, { settings: { b: '2' } });
    expect(again).toEqual({ ...manifest, settings: { a: '1', b: '2' } });
    expect(notes).toEqual([]);
  });

  it('keeps the ports that are free where any will do', async () => {
    const manifest = await made({ brokers: 3 });
    const [, second] = manifest.brokers;
    const other = net.createServer();
    await new Promise<void>((resolve, reject) => {
      other.once('error', reject).listen(second?.port, '127.0.0.1', resolve);
    });
    const { manifest: again } = await opened(manifest, { brokers: 4, port: 0 });
    other.close();
    expect(again.brokers[0]).toEqual(manifest.brokers[0]);
    expect(again.brokers[2]).toEqual(manifest.brokers[2]);
    expect(again.brokers[1]?.port).not.toBe(second?.port);
    expect(new Set(again.brokers.map(({ port }) => port)).size).toBe(4);
  });

  it('grows by observers on the next ports that are free', async () => {
    const manifest = await made({ brokers: 3 });
    const last = manifest.brokers[2]?.port ?? 0;
    const other = net.createServer();
    const isTaken = await new Promise<boolean>((resolve) => {
      other.once('error', () => resolve(false)).listen(last + 1, '127.0.0.1', () => resolve(true));
    });
    const { manifest: grown, notes } = await opened(manifest, { brokers: 4 });
    other.close();
    expect(grown.voters).toEqual(manifest.voters);
    expect(grown.brokers.slice(0, 3)).toEqual(manifest.brokers);
    expect(grown.brokers[3]).toMatchObject({ id: 4 });
    expect(grown.brokers[3]?.port).toBeGreaterThan(isTaken ? last + 1 : last);
    expect(notes).toEqual([expect.stringContaining('odradek topics reassign plan --all')]);
  });

  it('says so when the voters stay fewer than a new cluster of that size would have', async () => {
    const { manifest, notes } = await opened(await made({ brokers: 1 }), { brokers: 3 });
    expect(manifest.voters).toHaveLength(1);
    expect(notes[0]).toContain('1 voter (1) and keeps it');
  });

  it('does not shrink', async () => {
    const text = formatManifest(await made({ brokers: 3 }));
    expect(await planKnown(text, { directory, brokers: 2 }, ports)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('does not shrink'),
    });
  });

  it('moves a controller to another port when its own is taken', async () => {
    const manifest = await made({ brokers: 1 });
    const taken = manifest.brokers[0]?.controllerPort ?? 0;
    const other = net.createServer().listen(taken, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { manifest: moved } = await opened(manifest);
    other.close();
    expect(moved.brokers[0]?.controllerPort).not.toBe(taken);
    expect(moved.brokers[0]?.port).toBe(manifest.brokers[0]?.port);
  });

  it('of the first format has the directory ids that its data was made with', async () => {
    const { brokers, clusterId } = await made({ brokers: 1 });
    const first = JSON.stringify({ formatVersion: 1, clusterId, brokers, voters: [1], settings: {} });
    const plan = () => planKnown(first, { directory }, ports);
    expect(await plan()).toMatchObject({ manifest: { formatVersion: 2, voters: [{ id: 1 }] } });
    mkdirSync(join(directory, 'broker-1/data'), { recursive: true });
    const meta = `version=1\ncluster.id=${clusterId}\nnode.id=1\ndirectory.id=8mnVpRSmTJqGbIOFVdXqgw\n`;
    writeFileSync(join(directory, 'broker-1/data/meta.properties'), meta);
    expect(await plan()).toMatchObject({
      manifest: { voters: [{ id: 1, directoryId: '8mnVpRSmTJqGbIOFVdXqgw' }], brokers, clusterId },
    });
  });

  it.each([
    ['{', 'JSON'],
    ['{"formatVersion": 3}', 'newer Odradek'],
    ['{"formatVersion": 2, "brokers": []}', 'clusterId'],
    ['{"formatVersion": 1, "voters": [1]}', 'clusterId'],
  ])('is refused when its manifest is %s, and it is said where', async (text, complaint) => {
    const plan = await planKnown(text, { directory }, ports);
    if (plan.kind !== 'refused') throw new Error('it was taken');
    expect(plan.reason).toContain(`${directory}/cluster.json: `);
    expect(plan.reason).toContain(complaint);
  });

  it('is refused when a voter is no broker, or two brokers are one', async () => {
    const manifest = await made({ brokers: 3 });
    const [first] = manifest.brokers;
    if (first === undefined) throw new Error('no broker');
    const broken = [
      { ...manifest, brokers: [first] },
      { ...manifest, brokers: [...manifest.brokers, first] },
    ];
    for (const each of broken) {
      const plan = await planKnown(formatManifest(each), { directory }, ports);
      expect(plan).toMatchObject({ kind: 'refused', reason: expect.stringContaining('each') });
    }
  });
});

it('plans one broker more behind the last id', async () => {
  const manifest = await made({ brokers: 3 });
  const plan = await planBroker(manifest, ports);
  expect(plan?.broker.id).toBe(4);
  expect(plan?.manifest).toEqual({ ...manifest, brokers: [...manifest.brokers, plan?.broker] });
});
