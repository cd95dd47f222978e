import { describe, expect, test } from 'vitest';
import type { FollowerFetch } from './follower-progress.ts';
import { type IsrProposal, Leadership, type LeadershipEffects } from './leadership.ts';

const LAG_MS = 30_000;

interface Setting {
  readonly replicas?: readonly number[];
  readonly isr?: readonly number[];
  readonly minInSyncReplicas?: number;
  readonly endOffset?: number;
  readonly highWatermark?: number;
}

/** Broker 1 leads epoch 3 of a partition from the time 0 on; the epochs of the brokers 1 to 4 are 10, 20, 30, 40. */
class LeaderStory {
  nowMs = 0;
  readonly leadership: Leadership;
  readonly epochs = new Map([
    [1, 10],
    [2, 20],
    [3, 30],
    [4, 40],
  ]);
  proposal: IsrProposal | null = null;
  #endOffset: number;

  constructor(setting: Setting = {}) {
    this.#endOffset = setting.endOffset ?? 0;
    this.leadership = new Leadership(
      {
        nodeId: 1,
        partition: {
          replicas: setting.replicas ?? [1, 2, 3],
          isr: setting.isr ?? [1, 2, 3],
          leaderEpoch: 3,
          partitionEpoch: 7,
        },
        minInSyncReplicas: setting.minInSyncReplicas ?? 2,
        maxLagMs: LAG_MS,
        epochStartOffset: this.#endOffset,
        endOffset: this.#endOffset,
        logStartOffset: 0,
        highWatermark: setting.highWatermark ?? 0,
        activeEpochOf: (id) => this.epochs.get(id) ?? null,
      },
      0,
    );
  }

  append(records: number): void {
    this.#endOffset += records;
    this.#take(this.leadership.ownLogMoved({ endOffset: this.#endOffset, logStartOffset: 0 }, this.nowMs));
  }

  fetch(replicaId: number, fetchOffset: number, given: Partial<FollowerFetch> = {}): void {
    const brokerEpoch = replicaId * 10;
    const fetch = { replicaId, fetchOffset, brokerEpoch, logStartOffset: 0, pulse: null, ...given };
    this.#take(this.leadership.followerFetched(fetch, this.nowMs));
  }

  /** Time passes with the checks that come with it. */
  pass(ms: number): void {
    this.nowMs += ms;
    this.#take(this.leadership.tick(this.nowMs));
  }

  answer(isr: readonly number[], partitionEpoch: number): void {
    this.proposal = null;
    this.#take(this.leadership.isrAnswered({ kind: 'changed', isr, partitionEpoch }, this.nowMs));
  }

  refuse(kind: 'withdrawn' | 'superseded'): void {
    this.proposal = null;
    this.#take(this.leadership.isrAnswered({ kind }, this.nowMs));
  }

  metadata(change: { isr?: readonly number[]; replicas?: readonly number[]; partitionEpoch: number }): void {
    const led = { leaderEpoch: 3, replicas: [1, 2, 3], isr: [1, 2, 3], ...change };
    this.#take(this.leadership.metadataChanged(led, this.nowMs));
  }

  /** A broker has come to be active; the partition's own metadata is as it was. */
  unfenced(): void {
    this.#take(this.leadership.brokersChanged(this.nowMs));
  }

  get highWatermark(): number {
    return this.leadership.highWatermark;
  }

  /** Ids of the ISR that was asked for and not answered yet. */
  get proposed(): readonly number[] | null {
    return this.proposal?.isr.map(({ brokerId }) => brokerId) ?? null;
  }

  #take({ proposal }: LeadershipEffects): void {
    this.proposal = proposal ?? this.proposal;
  }
}

describe('what is committed', () => {
  test('is what all in-sync replicas have fetched beyond', () => {
    const story = new LeaderStory();
    story.append(10);
    story.fetch(2, 10);
    expect(story.highWatermark).toBe(0);
    story.fetch(3, 6);
    expect(story.highWatermark).toBe(6);
    story.fetch(3, 10);
    expect(story.highWatermark).toBe(10);
  });

  test('does not wait for a replica that has fallen out of sync', () => {
    const story = new LeaderStory({ isr: [1, 2] });
    story.append(5);
    story.fetch(2, 5);
    expect(story.highWatermark).toBe(5);
  });

  test('is nothing new while fewer than the minimum are in sync', () => {
    const story = new LeaderStory({ isr: [1] });
    story.append(5);
    expect(story.highWatermark).toBe(0);
    expect(story.leadership.isBelowMinimum).toBe(true);
    story.leadership.configChanged(1, 0);
    expect(story.highWatermark).toBe(5);
  });

  test('needs no more replicas than there are', () => {
    const story = new LeaderStory({ replicas: [1], isr: [1], minInSyncReplicas: 3 });
    story.append(5);
    expect(story.highWatermark).toBe(5);
  });

  test('stays committed when a follower comes back with less', () => {
    const story = new LeaderStory({ endOffset: 5, highWatermark: 5 });
    story.fetch(2, 3);
    story.fetch(3, 3);
    expect(story.highWatermark).toBe(5);
  });

  test('waits for a follower that is proposed to be in sync, whatever the controller decides', () => {
    const story = new LeaderStory({ isr: [1, 2] });
    story.fetch(3, 0);
    expect(story.proposed).toEqual([1, 2, 3]);
    story.nowMs = LAG_MS + 1;
    story.append(5);
    story.fetch(2, 5);
    expect(story.highWatermark).toBe(0);
    story.refuse('withdrawn');
    story.append(1);
    expect(story.highWatermark).toBe(5);
  });

  test('still waits for a follower that is proposed to leave', () => {
    const story = new LeaderStory();
    story.append(5);
    story.fetch(2, 5);
    story.pass(LAG_MS + 1);
    story.fetch(2, 5);
    expect(story.proposed).toEqual([1, 2]);
    expect(story.highWatermark).toBe(0);
    story.answer([1, 2], 8);
    expect(story.highWatermark).toBe(5);
  });

  test('waits for a follower that has caught up and joins next, if it may', () => {
    const four = { replicas: [1, 2, 3, 4], isr: [1, 2] };
    for (const [brokerEpoch, committed] of [
      [30, 0],
      [29, 5],
    ] as const) {
      const story = new LeaderStory(four);
      story.fetch(4, 0);
      story.fetch(3, 0, { brokerEpoch });
      story.append(5);
      story.fetch(2, 5);
      story.fetch(4, 5);
      expect(story.highWatermark).toBe(committed);
    }
  });
});

describe('who is in sync', () => {
  test('a follower joins, by its id, once it has everything committed and the beginning of this epoch', () => {
    const story = new LeaderStory({ isr: [2, 1], endOffset: 10, highWatermark: 4 });
    story.fetch(3, 9);
    expect(story.proposed).toBeNull();
    story.fetch(3, 10);
    expect(story.proposal).toEqual({
      leaderEpoch: 3,
      partitionEpoch: 7,
      isr: [
        { brokerId: 1, brokerEpoch: 10 },
        { brokerId: 2, brokerEpoch: -1 },
        { brokerId: 3, brokerEpoch: 30 },
      ],
    });
  });

  test('a follower does not join behind the high watermark', () => {
    const story = new LeaderStory({ isr: [1, 2] });
    story.append(10);
    story.fetch(2, 10);
    story.fetch(3, 9);
    expect(story.proposed).toBeNull();
  });

  test('one that is fenced, stops, or is of an earlier incarnation does not join', () => {
    const story = new LeaderStory({ isr: [1, 2] });
    story.fetch(3, 0, { brokerEpoch: 29 });
    expect(story.proposed).toBeNull();
    story.epochs.delete(3);
    story.fetch(3, 0);
    expect(story.proposed).toBeNull();
  });

  test('a fetch of an old version does not say which incarnation it is of', () => {
    const story = new LeaderStory({ isr: [1, 2] });
    story.fetch(3, 0, { brokerEpoch: -1 });
    expect(story.proposed).toEqual([1, 2, 3]);
  });

  test('who has not caught up for too long is proposed to leave, all at once', () => {
    const story = new LeaderStory();
    story.append(5);
    story.pass(LAG_MS);
    expect(story.proposed).toBeNull();
    story.pass(1);
    expect(story.proposed).toEqual([1]);
  });

  test('a follower with everything there is has not fallen behind, however long it was silent', () => {
    const story = new LeaderStory();
    story.fetch(2, 0);
    story.fetch(3, 0);
    story.pass(10 * LAG_MS);
    expect(story.proposed).toBeNull();
  });

  test('a busy leader is never quite caught up with: what counts is its end at the fetch before', () => {
    const story = new LeaderStory();
    story.fetch(3, 0);
    for (let round = 1; round <= 4; round++) {
      story.append(10);
      story.nowMs += LAG_MS - 1;
      story.fetch(2, round === 1 ? 0 : (round - 1) * 10);
      story.fetch(3, 0);
    }
    story.pass(1);
    expect(story.proposed).toEqual([1, 2]);
  });

  test('a follower was caught up at its last fetch if it now has what there was then', () => {
    const story = new LeaderStory();
    story.append(10);
    story.fetch(2, 0);
    story.append(10);
    story.nowMs = LAG_MS;
    story.fetch(2, 10);
    story.pass(1);
    expect(story.proposed).toEqual([1]);
  });

  test('one proposal at a time', () => {
    const story = new LeaderStory({ replicas: [1, 2, 3, 4], isr: [1, 2] });
    story.fetch(3, 0);
    story.fetch(4, 0);
    expect(story.proposed).toEqual([1, 2, 3]);
    story.answer([1, 2, 3], 8);
    story.fetch(4, 0);
    expect(story.proposal).toMatchObject({ partitionEpoch: 8 });
    expect(story.proposed).toEqual([1, 2, 3, 4]);
  });

  test('after an answer that metadata has overtaken, nothing is proposed until the metadata is here', () => {
    const story = new LeaderStory({ isr: [1, 2] });
    story.fetch(3, 0);
    story.refuse('superseded');
    story.fetch(3, 0);
    expect(story.proposed).toBeNull();
    story.metadata({ isr: [1, 2], partitionEpoch: 8 });
    story.fetch(3, 0);
    expect(story.proposal).toMatchObject({ partitionEpoch: 8 });
  });

  test('metadata or an answer that comes late changes nothing', () => {
    const story = new LeaderStory({ isr: [1, 2] });
    story.fetch(3, 0);
    story.metadata({ isr: [1, 2, 3], partitionEpoch: 8 });
    story.answer([1], 7);
    story.metadata({ isr: [1], partitionEpoch: 8 });
    expect(story.leadership.isr).toEqual([1, 2, 3]);
    expect(story.leadership.partitionEpoch).toBe(8);
  });

  test('a replica that is assigned no more is forgotten, a new one is followed', () => {
    const story = new LeaderStory();
    story.metadata({ replicas: [1, 2, 4], isr: [1, 2], partitionEpoch: 8 });
    story.fetch(3, 0);
    expect(story.proposed).toBeNull();
    story.fetch(4, 0);
    expect(story.proposed).toEqual([1, 2, 4]);
  });
});

describe('a follower that goes on fetching in its session without naming the partition', () => {
  /** Both followers have all there is, and the session of broker 3 fetches again at 40 s. */
  function quiet() {
    const story = new LeaderStory();
    const pulse = { lastFetchMs: 0, brokerEpoch: 30 };
    story.fetch(2, 0);
    story.fetch(3, 0, { pulse });
    story.nowMs = LAG_MS + 10_000;
    pulse.lastFetchMs = story.nowMs;
    return { story, pulse };
  }

  test('was caught up at that time, when at last there is something it lacks', () => {
    const { story } = quiet();
    story.append(5);
    story.pass(LAG_MS - 1);
    expect(story.proposed).toEqual([1, 3]);
    story.answer([1, 3], 8);
    story.pass(2);
    expect(story.proposed).toEqual([1]);
  });

  test('lags from the time on at which its session had fetched last', () => {
    const { story, pulse } = quiet();
    pulse.lastFetchMs = 5000;
    story.append(5);
    story.pass(1);
    expect(story.proposed).toEqual([1]);
  });

  test('counts no longer by a session that goes on without the partition', () => {
    const { story, pulse } = quiet();
    story.leadership.followerLeft(3, pulse);
    pulse.lastFetchMs = story.nowMs + LAG_MS;
    story.nowMs += LAG_MS;
    story.append(5);
    story.pass(1);
    expect(story.proposed).toEqual([1]);
  });

  test('comes back in sync with no fetch that names it, once the metadata lets it', () => {
    const { story, pulse } = quiet();
    story.epochs.delete(3);
    story.metadata({ isr: [1, 2], partitionEpoch: 8 });
    expect(story.proposed).toBeNull();
    story.epochs.set(3, 30);
    story.unfenced();
    expect(story.proposed).toEqual([1, 2, 3]);
    // Refused: not before the next check, or the controller would be asked as fast as it can refuse.
    story.refuse('withdrawn');
    expect(story.proposed).toBeNull();
    pulse.lastFetchMs = story.nowMs;
    story.pass(LAG_MS / 2);
    expect(story.proposed).toEqual([1, 2, 3]);
  });

  test('comes back under the epoch by which it was registered anew since', () => {
    const { story, pulse } = quiet();
    story.epochs.set(3, 31);
    story.metadata({ isr: [1, 2], partitionEpoch: 8 });
    story.unfenced();
    expect(story.proposed).toBeNull();
    pulse.brokerEpoch = 31;
    story.pass(LAG_MS / 2);
    expect(story.proposed).toEqual([1, 2, 3]);
  });

  test('does not come back under the epoch of a session that it has left before', () => {
    const { story, pulse } = quiet();
    story.leadership.followerLeft(3, pulse);
    pulse.brokerEpoch = 31;
    story.epochs.set(3, 31);
    story.metadata({ isr: [1, 2], partitionEpoch: 8 });
    story.pass(LAG_MS / 2);
    expect(story.proposed).toBeNull();
  });

  test('comes back when the in-sync replicas were changed without it, and another after it', () => {
    const { story } = quiet();
    story.fetch(2, 0);
    story.metadata({ isr: [1], partitionEpoch: 8 });
    expect(story.proposed).toEqual([1, 2]);
    story.answer([1, 2], 9);
    expect(story.proposed).toEqual([1, 2, 3]);
  });

  test('does not come back when its session has not fetched for too long', () => {
    const { story, pulse } = quiet();
    pulse.lastFetchMs = story.nowMs - LAG_MS - 1;
    story.metadata({ isr: [1, 2], partitionEpoch: 8 });
    story.unfenced();
    story.pass(1);
    expect(story.proposed).toBeNull();
  });

  test('may be read from as late as its session has fetched', () => {
    const { story } = quiet();
    expect(story.leadership.followersWith(0)).toEqual([
      { id: 2, logEndOffset: 0, lastCaughtUpMs: 0 },
      { id: 3, logEndOffset: 0, lastCaughtUpMs: LAG_MS + 10_000 },
    ]);
    expect(story.leadership.followersWith(1)).toEqual([]);
  });
});

test('records are deleted when every replica on an active broker has deleted them', () => {
  const story = new LeaderStory({ endOffset: 10, highWatermark: 10 });
  story.fetch(2, 10, { logStartOffset: 4 });
  story.fetch(3, 10, { logStartOffset: 2 });
  story.leadership.ownLogMoved({ endOffset: 10, logStartOffset: 5 }, 0);
  expect(story.leadership.lowWatermark).toBe(2);
  story.epochs.delete(3);
  expect(story.leadership.lowWatermark).toBe(4);
});
