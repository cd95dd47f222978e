import { expect, test } from 'vitest';
import { MemoryLog } from '../../../test/coordination/memory-log.ts';
import { Command } from '../../../test/coordination/story-command.ts';
import { sendHeartbeat } from '../../../test/groups/consumer-commands.ts';
import { GROUP_CONFIG, newCoordinator } from '../../../test/groups/coordinator-bed.ts';
import { imageOf } from '../../../test/groups/topic-image.ts';
import type { GroupConfig } from '../group-config.ts';
import { GroupTopics } from './group-topics.ts';

/** What the first of so many members, which has all partitions and may lose some, is told. */
async function toldToTheFirst(members: number, config: GroupConfig): Promise<number | undefined> {
  const image = imageOf(new Map([['orders', 4]]), 1);
  const coordinator = newCoordinator({ config, topics: new GroupTopics(() => image) });
  await coordinator.elected(0, new MemoryLog().lead(0));
  for (let index = 0; index < members; index += 1) {
    await sendHeartbeat(new Command(`beat m${index} topics=orders`), coordinator);
  }
  const { heartbeatIntervalMs } = await sendHeartbeat(new Command('beat m0 epoch=2'), coordinator);
  coordinator.close();
  return heartbeatIntervalMs;
}

test('the more members a group has, the later they are to come again, but never later than always', async () => {
  expect(await toldToTheFirst(2, GROUP_CONFIG)).toBe(1000);
  expect(await toldToTheFirst(600, GROUP_CONFIG)).toBe(1200);
  expect(await toldToTheFirst(2600, GROUP_CONFIG)).toBe(5000);
});

test('with a large interval for those that wait all are told the same', async () => {
  const consumer = { ...GROUP_CONFIG.consumer, reconcilingHeartbeatIntervalMs: 60_000 };
  expect(await toldToTheFirst(2, { ...GROUP_CONFIG, consumer })).toBe(5000);
});
