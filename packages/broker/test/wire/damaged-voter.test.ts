import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BrokerCluster } from './broker-cluster.ts';

/*
 * A voter that has lost what it may have promised must not vote as if it had not: it comes back as another replica, which
 * only observes.
 */

let cluster: BrokerCluster;

beforeEach(async () => {
  cluster = new BrokerCluster();
  await cluster.start(3);
});

afterEach(() => cluster.close());

const folderOf = (id: number) => path.join(cluster.directory, `broker-${id}`);
const metadataOf = (id: number, file: string) => path.join(folderOf(id), '__cluster_metadata-0', file);
const SEGMENT = '00000000000000000000.log';

function directoryIdOf(id: number): string {
  return (
    /^directory\.id=(.*)$/m.exec(fs.readFileSync(path.join(folderOf(id), 'meta.properties'), 'utf8'))?.[1] ??
    ''
  );
}

function setAside(id: number): string[] {
  return fs
    .readdirSync(folderOf(id))
    .filter((name) => /^__cluster_metadata-0\.[0-9a-f]{32}-stray$/.test(name));
}

/** Flips a bit of the batch before the last ones, which were on disk for certain. */
function damage(file: string): void {
  const bytes = fs.readFileSync(file);
  const at = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0x10, at);
  fs.writeFileSync(file, bytes);
}

test.each([
  ['is damaged', (id: number) => damage(metadataOf(id, SEGMENT))],
  ['ends too early', (id: number) => fs.truncateSync(metadataOf(id, SEGMENT), 200)],
  ['no longer says for whom it voted', (id: number) => fs.rmSync(metadataOf(id, 'quorum-state'))],
])('a voter whose metadata %s comes back as an observer, and the others go on', async (_, harm) => {
  await cluster.createTopic('orders');
  const leader = (await cluster.describeQuorum(1))?.leaderId ?? -1;
  const [victim = 0, other = 0] = [1, 2, 3].filter((id) => id !== leader);
  const former = directoryIdOf(victim);
  await cluster.kill(victim);
  harm(victim);
  await cluster.startBroker(victim);
  expect(directoryIdOf(victim)).not.toBe(former);
  expect(setAside(victim)).toHaveLength(1);
  const quorum = await cluster.describeQuorum(other);
  expect(quorum?.currentVoters.map(({ replicaId }) => replicaId).sort()).toEqual([1, 2, 3]);
  expect(quorum?.currentVoters.find(({ replicaId }) => replicaId === victim)?.replicaDirectoryId).toBe(
    former,
  );
  expect(quorum?.observers).toMatchObject([{ replicaId: victim, replicaDirectoryId: directoryIdOf(victim) }]);
  await cluster.createTopic('more', { via: victim });
});
