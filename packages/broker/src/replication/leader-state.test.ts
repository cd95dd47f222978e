import { describe, expect, it } from 'vitest';
import { type LeaderState, step } from './leader-state.ts';

const alone: LeaderState = {
  logEndOffsets: new Map([[1, 10]]),
  maximalIsr: new Set([1]),
  minInSyncReplicas: 1,
  highWatermark: 10,
};

describe('the leader of a partition', () => {
  it('commits what is written when it is the only replica', () => {
    const { state, effects } = step(alone, { kind: 'log-end-moved', replicaId: 1, logEndOffset: 15 });
    expect(state.highWatermark).toBe(15);
    expect(effects).toEqual([{ kind: 'high-watermark-moved', from: 10, to: 15 }]);
  });

  it('commits no further than the slowest in-sync replica', () => {
    const three: LeaderState = {
      ...alone,
      logEndOffsets: new Map([
        [1, 10],
        [2, 10],
        [3, 10],
      ]),
      maximalIsr: new Set([1, 2, 3]),
    };
    const first = step(three, { kind: 'log-end-moved', replicaId: 1, logEndOffset: 20 }).state;
    const second = step(first, { kind: 'log-end-moved', replicaId: 2, logEndOffset: 18 }).state;
    expect(second.highWatermark).toBe(10);
    const third = step(second, { kind: 'log-end-moved', replicaId: 3, logEndOffset: 17 });
    expect(third.state.highWatermark).toBe(17);
  });

  it('counts an in-sync replica it has not heard of as empty', () => {
    const two: LeaderState = { ...alone, maximalIsr: new Set([1, 2]), highWatermark: 0 };
    expect(step(two, { kind: 'log-end-moved', replicaId: 1, logEndOffset: 20 }).effects).toEqual([]);
  });

  it('stands still while too few replicas are in sync', () => {
    const short: LeaderState = { ...alone, minInSyncReplicas: 2 };
    const { state, effects } = step(short, { kind: 'log-end-moved', replicaId: 1, logEndOffset: 15 });
    expect(effects).toEqual([]);
    const enough = step(state, { kind: 'replicas-changed', maximalIsr: new Set([1]), minInSyncReplicas: 1 });
    expect(enough.state.highWatermark).toBe(15);
  });

  it('never takes the high watermark back', () => {
    const { state, effects } = step(alone, {
      kind: 'replicas-changed',
      maximalIsr: new Set([1, 2]),
      minInSyncReplicas: 1,
    });
    expect(effects).toEqual([]);
    expect(state.highWatermark).toBe(10);
  });
});
