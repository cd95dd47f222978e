import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EpochEntry, LeaderEpochCache } from '../log/leader-epoch-cache.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { compareEnds, type FetchedPartition, type FollowerLog, followerStep } from './follower-step.ts';

function logOf(entries: readonly EpochEntry[], logEndOffset: number, highWatermark = 0): FollowerLog {
  const epochs = new LeaderEpochCache(entries);
  return {
    logEndOffset,
    highWatermark,
    latestEpoch: epochs.latestEpoch,
    endOffsetForEpoch: (epoch) => epochs.endOffsetFor(epoch, logEndOffset),
  };
}

function answer(given: Partial<FetchedPartition> = {}): FetchedPartition {
  return {
    errorCode: ErrorCode.NONE,
    highWatermark: 5,
    logStartOffset: 1,
    divergingEpoch: null,
    records: new Uint8Array(0),
    ...given,
  };
}

describe('a follower', () => {
  const log = logOf([{ epoch: 1, startOffset: 0 }], 10);

  test('appends what it was given, and then takes over how far the leader is', () => {
    const records = new Uint8Array([1, 2, 3]);
    const step = followerStep(log, answer({ records }));
    expect(step).toEqual({ kind: 'append', records, highWatermark: 5, logStartOffset: 1 });
  });

  const refusals: readonly [number, string][] = [
    [ErrorCode.OFFSET_OUT_OF_RANGE, 'compare-ends'],
    [ErrorCode.FENCED_LEADER_EPOCH, 'await-metadata'],
    [ErrorCode.UNKNOWN_LEADER_EPOCH, 'pause'],
    [ErrorCode.NOT_LEADER_OR_FOLLOWER, 'pause'],
    [ErrorCode.UNKNOWN_TOPIC_ID, 'pause'],
    [ErrorCode.KAFKA_STORAGE_ERROR, 'pause'],
  ];
  test.each(refusals)('does not append after error %i', (errorCode, kind) => {
    expect(followerStep(log, answer({ errorCode })).kind).toBe(kind);
  });
});

describe('where a follower cuts its log', () => {
  const own = [
    { epoch: 1, startOffset: 0 },
    { epoch: 3, startOffset: 20 },
  ];

  test('at the leader’s end of an epoch that both have', () => {
    const step = followerStep(logOf(own, 30), answer({ divergingEpoch: { epoch: 3, endOffset: 25 } }));
    expect(step).toEqual({ kind: 'truncate', offset: 25 });
  });

  test('at its own end of that epoch where that comes first', () => {
    const step = followerStep(logOf(own, 30), answer({ divergingEpoch: { epoch: 1, endOffset: 28 } }));
    expect(step).toEqual({ kind: 'truncate', offset: 20 });
  });

  test('behind the last epoch before, when it does not have the leader’s (KIP-279)', () => {
    const step = followerStep(logOf(own, 30), answer({ divergingEpoch: { epoch: 2, endOffset: 25 } }));
    expect(step).toEqual({ kind: 'truncate', offset: 20 });
  });

  test('at the leader’s end when it knows no epochs itself', () => {
    const step = followerStep(logOf([], 30), answer({ divergingEpoch: { epoch: 2, endOffset: 25 } }));
    expect(step).toEqual({ kind: 'truncate', offset: 25 });
  });

  test('at the high watermark when the leader knows nothing of its epochs', () => {
    const step = followerStep(logOf(own, 30, 12), answer({ divergingEpoch: { epoch: -1, endOffset: -1 } }));
    expect(step).toEqual({ kind: 'truncate', offset: 12 });
  });
});

test('two logs with a common beginning end up with the longest beginning they have in common', () => {
  // A log as the epoch of each record; two logs of one history agree up to where they part and nowhere behind.
  const part = fc.array(fc.nat({ max: 2 }), { maxLength: 12 });
  const history = fc.record({ common: part, left: part, right: part, newer: fc.integer({ min: 1, max: 3 }) });
  fc.assert(
    fc.property(history, ({ common, left, right, newer }) => {
      const shared = ascending(common, 0);
      const base = shared.at(-1) ?? 0;
      // The follower's own records come from leaders that the new leader never heard of, so their epochs differ.
      const follower = [...shared, ...ascending(left, base + 1).map((epoch) => epoch * 2)];
      const leader = [...shared, ...ascending(right, base + newer).map((epoch) => epoch * 2 + 1)];
      expect(afterTruncations(follower, leader)).toEqual(follower.slice(0, shared.length));
    }),
  );
});

function ascending(steps: readonly number[], from: number): number[] {
  let epoch = from;
  return steps.map((step) => {
    epoch += step;
    return epoch;
  });
}

/** Fetches until the leader finds nothing more to cut; the leader answers by KIP-595's rule. */
function afterTruncations(follower: readonly number[], leader: readonly number[]): readonly number[] {
  let epochs = follower;
  for (let rounds = 0; rounds <= follower.length; rounds++) {
    const log = logOf(entriesOf(epochs), epochs.length);
    // A leader notes its own epoch, which is the newest of all, when it is elected.
    const elected = { epoch: 1000, startOffset: leader.length };
    const leaderLog = logOf([...entriesOf(leader), elected], leader.length);
    if (log.latestEpoch < 0) return epochs;
    const end = leaderLog.endOffsetForEpoch(log.latestEpoch);
    const isDiverging = end.leaderEpoch < log.latestEpoch || end.endOffset < epochs.length;
    if (!isDiverging && end.endOffset >= 0) return epochs;
    const divergingEpoch = { epoch: end.leaderEpoch, endOffset: end.endOffset };
    const step = followerStep(log, answer({ divergingEpoch }));
    if (step.kind !== 'truncate') throw new Error(`it does ${step.kind}`);
    epochs = epochs.slice(0, step.offset);
  }
  throw new Error('it never ends');
}

function entriesOf(epochs: readonly number[]): EpochEntry[] {
  return epochs.flatMap((epoch, startOffset) =>
    epoch === epochs[startOffset - 1] ? [] : [{ epoch, startOffset }],
  );
}

describe('a follower whose end the leader does not have', () => {
  test('is cut at the leader’s end after an unclean election', () => {
    expect(compareEnds({ logEndOffset: 30 }, { logStartOffset: 0, logEndOffset: 20 })).toEqual({
      kind: 'truncate',
      offset: 20,
    });
  });

  test('begins anew where the leader’s log begins', () => {
    expect(compareEnds({ logEndOffset: 30 }, { logStartOffset: 40, logEndOffset: 90 })).toEqual({
      kind: 'start-anew',
      offset: 40,
    });
  });

  test('goes on where the leader has caught up meanwhile', () => {
    expect(compareEnds({ logEndOffset: 30 }, { logStartOffset: 30, logEndOffset: 30 }).kind).toBe('go-on');
  });
});
