import fc from 'fast-check';
import { expect, test } from 'vitest';
import { settle } from '../../test/coordination/manual-clock.ts';
import { MemoryLog } from '../../test/coordination/memory-log.ts';
import {
  act,
  endTransaction,
  GROUPS,
  knowledgeOf,
  PRODUCERS,
  Scene,
} from '../../test/groups/group-history.ts';
import { hastyDisk } from '../../test/log/hasty-disk.ts';
import { LogBed } from '../../test/log/log-bed.ts';
import { recordBatchOf } from '../coordination/coordinator-batch.ts';
import { IoThrottle } from '../log/io-throttle.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { batchesIn } from '../protocol/record-batch.ts';
import { nodeCompute } from '../runtime/node-compute.ts';
import type { GroupCoordinator } from './group-coordinator.ts';

const SEGMENT_BYTES = 500;

/** Appends the batches to a compacted log, cleans it as far as it may be cleaned, and reads what is left. */
async function cleaned(batches: readonly Uint8Array[], bed: LogBed): Promise<Uint8Array[]> {
  const log = await bed.open({ config: { cleanupPolicy: ['compact'], segmentBytes: SEGMENT_BYTES } });
  // The log of the scene takes everything without asking; this one would.
  const verification = 'waived';
  for (const batch of [...batches, filler()]) {
    const append = { origin: 'coordinator', leaderEpoch: 0, verification } as const;
    const appended = log.appendAsLeader(new Uint8Array(batch), append);
    if (appended.kind !== 'appended') throw new Error(JSON.stringify(appended));
    expect(await appended.completion).toBe(ErrorCode.NONE);
  }
  log.updateHighWatermark(log.logEndOffset);
  const range = await log.compaction.range(bed.clock.wallMs());
  if (range.cleanableBytes > 0) {
    await log.compaction.clean(range, {
      ...{ compute: nodeCompute, mapBytes: 100_000, mapLoadFactor: 0.9, readBytes: 10_000 },
      ...{ hashKey: new Uint8Array(16), throttle: new IoThrottle(bed.clock, Number.MAX_VALUE) },
    });
  }
  const left = await batchesOf(log);
  await log.close();
  return left;
}

/** A record that groups know nothing of, so large that all before it lies in segments that are closed. */
function filler(): Uint8Array {
  return recordBatchOf([{ key: Uint8Array.of(0x7f, 0xff), value: new Uint8Array(SEGMENT_BYTES - 100) }], {
    ...{ compression: 'none', timestamp: 0 },
  });
}

/** A group without members or offsets is there only for a record that cleaning may have taken away. */
async function lastingKnowledgeOf(coordinator: GroupCoordinator, groupId: string) {
  const { offsets, group, exists } = await knowledgeOf(coordinator, groupId);
  const isSimple = group?.protocolType === '' && (group.members?.length ?? 0) === 0;
  return { offsets, group: isSimple ? null : group, exists: exists && !isSimple };
}

async function batchesOf(log: PartitionLog): Promise<Uint8Array[]> {
  const batches: Uint8Array[] = [];
  for (let fromOffset = 0; fromOffset < log.logEndOffset; ) {
    const upToOffset = log.logEndOffset;
    const read = await log.read({ fromOffset, maxBytes: 100_000, upToOffset, minOneBatch: true });
    if (read.kind !== 'records') throw new Error(`nothing to read at ${fromOffset}`);
    for (const part of read.parts) batches.push(...[...batchesIn(part)].map((batch) => batch.slice()));
    fromOffset = read.nextOffset;
  }
  return batches;
}

test('who takes over a cleaned log knows what one of the whole log knows, open transactions included', {
  timeout: 120_000,
}, async () => {
  let dropped = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 80, maxLength: 160 }), async (steps) => {
      const bed = new LogBed(hastyDisk);
      const scene = new Scene();
      await scene.coordinator.elected(0, scene.log);
      for (const step of steps) await scene.act(step);
      scene.log.holdsCommits = false;
      scene.log.commitAll();
      await settle();
      const compacted = new MemoryLog();
      compacted.batches.push(...(await cleaned(scene.stored.batches, bed)));
      dropped += scene.stored.records().length - compacted.records().length;
      const [whole, successor] = [await scene.successor(), await scene.successor(compacted)];
      for (const groupId of GROUPS) {
        expect(await lastingKnowledgeOf(successor, groupId)).toEqual(
          await lastingKnowledgeOf(whole, groupId),
        );
      }
      for (const id of PRODUCERS) {
        for (const coordinator of [whole, successor]) {
          expect(await endTransaction(coordinator, id, id === 1)).toBe(ErrorCode.NONE);
        }
      }
      for (const groupId of GROUPS) {
        expect(await lastingKnowledgeOf(successor, groupId)).toEqual(
          await lastingKnowledgeOf(whole, groupId),
        );
      }
      bed.remove();
    }),
    { numRuns: 40 },
  );
  expect(dropped).toBeGreaterThan(100);
});
