import { beforeEach, expect, test } from 'vitest';
import { ManualClock } from '../../test/coordination/manual-clock.ts';
import { DeposedSteps } from './deposed-steps.ts';

let clock: ManualClock;
let steps: DeposedSteps;
let told: string[];
beforeEach(() => {
  clock = new ManualClock();
  steps = new DeposedSteps(clock);
  told = [];
});

/** Decisions of epoch 4 that end at these offsets. */
function begin(...offsets: number[]): void {
  const decisions = offsets.map((lastOffset) => ({
    lastOffset,
    settle: (isCommitted: boolean) => told.push(`${lastOffset} ${isCommitted ? 'committed' : 'lost'}`),
  }));
  steps.begin({ epoch: 4, decisions });
}

test('what the next log has is answered when it is published, the rest is lost with the first later epoch', () => {
  begin(10, 12, 15);
  steps.take({ epoch: 3, lastOffset: 10 });
  steps.take({ epoch: 4, lastOffset: 10 });
  steps.take({ epoch: 4, lastOffset: 12 });
  expect(told).toEqual([]);
  steps.answer();
  expect(told).toEqual(['10 committed', '12 committed']);
  steps.take({ epoch: 5, lastOffset: 15 });
  expect(told).toEqual(['10 committed', '12 committed', '15 lost']);
});

test('nobody waits longer than thirty seconds, nor after the controller is closed', async () => {
  begin(10);
  await clock.advance(29_999);
  expect(told).toEqual([]);
  await clock.advance(1);
  expect(told).toEqual(['10 lost']);
  begin(20);
  steps.close();
  begin(30);
  expect(told).toEqual(['10 lost', '20 lost', '30 lost']);
});

test('an earlier epoch of this node is not told of a second time', async () => {
  begin(10);
  begin(20);
  expect(told).toEqual(['10 lost']);
  steps.take({ epoch: 4, lastOffset: 20 });
  steps.answer();
  await clock.advance(60_000);
  expect(told).toEqual(['10 lost', '20 committed']);
});
