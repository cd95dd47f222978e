import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigResourceType } from '../../src/metadata/config-resource.ts';
import type { MetadataImage } from '../../src/metadata/metadata-image.ts';
import { MemoryMetadataLog } from '../metadata/memory-metadata-log.ts';
import { type StartedController, startController } from '../metadata/started-controller.ts';
import { ThreeControllers } from './three-controllers.ts';

const HOUR = 3_600_000;

const newTopic = (name: string, numPartitions = 3) => ({
  ...{ name, numPartitions, replicationFactor: 1, assignments: [], configs: [] },
});

async function create({ controller }: Pick<StartedController, 'controller'>, name: string): Promise<void> {
  const outcome = await controller.createTopics([newTopic(name)], { validateOnly: false });
  expect(outcome).toMatchObject({ kind: 'committed', response: [{ kind: 'created' }] });
}

async function snapshotsIn(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.endsWith('.checkpoint'));
}

/** Files are written in their own time. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 2));
}

const topicsOf = (image: MetadataImage) => [...image.topicsByName.keys()].sort();

describe('snapshots of the metadata, of one node', () => {
  test('are taken when the log has grown, and a start reads the newest and the log behind it', async () => {
    const log = new MemoryMetadataLog();
    const staticValues = { 'metadata.log.max.record.bytes.between.snapshots': '1000' };
    const first = await startController({ log, staticValues });
    const { directory } = first;
    for (let count = 0; count < 8; count++) await create(first, `topic-${count}`);
    await first.controller.changeConfigs(
      [
        {
          resource: { type: ConfigResourceType.TOPIC, name: 'topic-1' },
          operations: new Map([['retention.ms', { operation: 'SET', value: '77' }]]),
        },
      ],
      { validateOnly: false },
    );
    await until(async () => (await snapshotsIn(directory)).length > 0);
    await create(first, 'behind');
    await first.controller.close();

    const [name = ''] = (await snapshotsIn(directory)).toReversed();
    const offset = Number(name.slice(0, 20));
    expect(offset).toBeGreaterThan(0);
    // With nothing in the log below it, all of it must come from the snapshot.
    await log.trimTo(offset);
    const second = await startController({ log, staticValues, directory });
    expect(topicsOf(second.controller.image)).toEqual(topicsOf(first.controller.image));
    expect(topicsOf(second.controller.image)).toContain('behind');
    expect([...second.controller.image.topicsById.entries()]).toEqual(
      expect.arrayContaining([...first.controller.image.topicsById.entries()]),
    );
    expect(second.controller.image.configs.get('2:topic-1')).toEqual(new Map([['retention.ms', '77']]));
    expect(second.published[0]?.delta.changedTopics.size).toBe(9);
    await second.controller.close();
  });

  test('are taken after a time in which something has changed, and then no more', async () => {
    const node = await startController();
    await create(node, 'orders');
    node.clock.advance(HOUR);
    await until(async () => (await snapshotsIn(node.directory)).length === 1);
    const { image } = node.controller;
    expect(await snapshotsIn(node.directory)).toEqual([
      `${String(image.offset + 1).padStart(20, '0')}-${String(image.epoch).padStart(10, '0')}.checkpoint`,
    ]);
    node.clock.advance(3 * HOUR);
    await create(node, 'more');
    expect(await snapshotsIn(node.directory)).toHaveLength(1);
    await node.controller.close();
  });

  test('drop the log behind them when it is more than is to be kept', async () => {
    const log = new MemoryMetadataLog();
    const staticValues = {
      'metadata.log.max.record.bytes.between.snapshots': '500',
      'metadata.max.retention.bytes': '2000',
    };
    const node = await startController({ log, staticValues });
    for (let count = 0; log.startOffset === 0; count++) {
      await create(node, `topic-${count}`);
      await node.controller.deleteTopics([
        node.controller.image.topicsByName.get(`topic-${count}`)?.id ?? '',
      ]);
    }
    const offsetsOf = (names: readonly string[]) => names.map((name) => Number(name.slice(0, 20)));
    await until(async () => {
      const offsets = offsetsOf(await snapshotsIn(node.directory));
      return log.startOffset > 0 && Math.min(...offsets) === log.startOffset;
    });
    await node.controller.close();
    const again = await startController({ log, staticValues, directory: node.directory });
    expect(topicsOf(again.controller.image)).toEqual([]);
    await again.controller.close();
  });

  test('that are damaged are not believed while the log has what they stand for', async () => {
    const log = new MemoryMetadataLog();
    const node = await startController({ log });
    await create(node, 'orders');
    node.clock.advance(HOUR);
    await until(async () => (await snapshotsIn(node.directory)).length === 1);
    await node.controller.close();
    const [name = ''] = await snapshotsIn(node.directory);
    const path = join(node.directory, name);
    const bytes = await readFile(path);
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    await writeFile(path, bytes);
    const again = await startController({ log, directory: node.directory });
    expect(topicsOf(again.controller.image)).toEqual(['orders']);
    expect(await snapshotsIn(node.directory)).toEqual([]);
    await again.controller.close();

    await writeFile(path, bytes);
    await log.trimTo(Number(name.slice(0, 20)));
    await expect(startController({ log, directory: node.directory })).rejects.toThrow(
      /no snapshot reaches so far/,
    );
  });
});

describe('snapshots of the metadata, of three nodes', () => {
  test('a node that was away for longer than the log reaches gets the difference as one step', async () => {
    const cluster = new ThreeControllers({
      'metadata.log.max.record.bytes.between.snapshots': '400',
      'metadata.max.retention.bytes': '100',
    });
    await cluster.open();
    const leader = await cluster.active();
    const change = async (action: 'create' | 'delete', name: string): Promise<void> => {
      const { controller } = leader;
      const id = controller.image.topicsByName.get(name)?.id ?? '';
      const { kind } =
        action === 'create'
          ? await cluster.answered(controller.createTopics([newTopic(name)], { validateOnly: false }))
          : await cluster.answered(controller.deleteTopics([id]));
      expect(kind).toBe('committed');
    };
    // The broker of the leader's own process is never taken for dead.
    await cluster.registerBroker(leader, leader.id);
    for (const name of ['kept', 'deleted', 'made-anew']) await change('create', name);
    const [away] = cluster.nodes.filter((node) => node !== leader);
    if (away === undefined) throw new Error('there are others');
    await cluster.until(() => away.controller.image.topicsByName.size === 3);
    away.isReachable = false;
    const steps = away.published.length;
    await change('delete', 'deleted');
    await change('delete', 'made-anew');
    await change('create', 'made-anew');
    for (let count = 0; count < 12; count++) await change('create', `later-${count}`);
    await cluster.until(() => leader.log.startOffset > away.log.endOffset);
    away.isReachable = true;
    const { image } = leader.controller;
    await cluster.until(() => away.controller.image.offset >= image.offset);
    expect(topicsOf(away.controller.image)).toEqual(topicsOf(image));
    expect([...away.controller.image.topicsById.entries()].sort()).toEqual(
      [...image.topicsById.entries()].sort(),
    );
    expect(away.log.startOffset).toBeGreaterThan(0);
    const [step] = away.deltas.slice(steps);
    expect([...(step?.deletedTopics.values() ?? [])].map(({ name }) => name).sort()).toEqual([
      'deleted',
      'made-anew',
    ]);
    const changed = [...(step?.changedTopics.values() ?? [])].map(({ after }) => after.name);
    expect(changed).toContain('made-anew');
    expect(changed).not.toContain('kept');
    await cluster.close();
  });
});
