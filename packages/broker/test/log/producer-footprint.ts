// What 100,000 producers of one partition cost. Run with
//   node --expose-gc packages/broker/test/log/producer-footprint.ts
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { ProducerSnapshots } from '../../src/log/producer-snapshots.ts';
import { ProducerState } from '../../src/log/producer-state.ts';
import { nodeDisk } from '../../src/runtime/node-disk.ts';
import { LogBed } from './log-bed.ts';

const PRODUCERS = 100_000;
const FIRST_ID = 4_000_000;
const START_MS = 1_700_000_000_000;

function heapBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/** Each of the producers has written so many batches, in turn. */
function stateWith(batches: number): ProducerState {
  const state = new ProducerState(0);
  let offset = 3_000_000_000;
  for (let round = 0; round < batches; round++) {
    for (let index = 0; index < PRODUCERS; index++, offset += 10) {
      const sequences = { firstSequence: round * 10, lastSequence: round * 10 + 9 };
      const place = { firstOffset: offset, lastOffset: offset + 9, timestamp: START_MS + index };
      state.append({
        producerId: FIRST_ID + index,
        epoch: 0,
        isTransactional: false,
        ...sequences,
        ...place,
      });
    }
  }
  state.endOffset = offset;
  return state;
}

function milliseconds(task: () => void): string {
  const start = performance.now();
  task();
  return `${(performance.now() - start).toFixed(1)} ms`;
}

for (const batches of [1, 5, 20]) {
  const before = heapBytes();
  const state = stateWith(batches);
  console.log(`${batches} batches each: ${Math.round((heapBytes() - before) / PRODUCERS)} bytes a producer`);
  console.log(`  a look for expired ones: ${milliseconds(() => state.removeExpired(START_MS, 86_400_000))}`);
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'odradek-footprint-'));
  const bed = new LogBed(nodeDisk);
  const snapshots = new ProducerSnapshots(bed.environment(), directory, []);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const start = performance.now();
  await snapshots.take(state);
  const took = performance.now() - start;
  await new Promise((resolve) => setTimeout(resolve, 20));
  delay.disable();
  console.log(
    `  a snapshot: ${took.toFixed(1)} ms, the loop held for at most ${(delay.max / 1e6).toFixed(1)} ms`,
  );
  const loading = performance.now();
  await snapshots.newestUpTo(state.endOffset, 0);
  console.log(`  read again: ${(performance.now() - loading).toFixed(1)} ms`);
  console.log(`  all forgotten: ${milliseconds(() => state.removeExpired(START_MS * 2, 1))}`);
  fs.rmSync(directory, { recursive: true });
  bed.remove();
}
