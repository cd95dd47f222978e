import { describe, expect, test } from 'vitest';
import { registration, replayed, viewOf } from '../../test/metadata/controller-view.ts';
import { type ClusterSetting, clusterWith } from '../../test/metadata/three-brokers.ts';
import { type MetadataImage, partitionOf } from '../metadata/metadata-image.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { type BrokerHeartbeat, fenceStaleBroker, heartbeat } from './broker-heartbeat.ts';
import { BrokerSessions } from './broker-sessions.ts';

const SESSION_MS = 9000;

/** Brokers 1 to 3 (their epochs are their ids), `orders` on all of them, led by 1; heard of at the time 0. */
class ClusterStory {
  image: MetadataImage;
  readonly sessions = new BrokerSessions(SESSION_MS);

  constructor(setting: ClusterSetting = {}) {
    this.image = clusterWith({ brokers: 3, ...setting });
    for (const { id, epoch, isFenced } of this.image.brokers.values()) {
      this.sessions.begin({ id, epoch, isFenced }, 0);
    }
  }

  hear(brokerId: number, given: Partial<BrokerHeartbeat> = {}, nowMs = 0) {
    const heard: BrokerHeartbeat = {
      brokerId,
      brokerEpoch: brokerId,
      metadataOffset: this.image.offset,
      connectionId: 10 + brokerId,
      wantsFence: false,
      wantsShutdown: false,
      offlineDirectories: [],
      ...given,
    };
    const { records, response } = heartbeat(viewOf(this.image), { heard, sessions: this.sessions, nowMs });
    if (records.length > 0) this.image = replayed(records, this.image);
    return response;
  }

  /** Fences brokers until none is left to be, and says which. */
  passTo(nowMs: number): number[] {
    const fenced: number[] = [];
    for (;;) {
      const { records, response } = fenceStaleBroker(viewOf(this.image), this.sessions, nowMs);
      if (response.fencedId === null) return fenced;
      fenced.push(response.fencedId);
      if (records.length > 0) this.image = replayed(records, this.image);
    }
  }

  get partition() {
    return partitionOf(this.image, 'orders', 0);
  }

  isFenced(brokerId: number): boolean | undefined {
    return this.image.brokers.get(brokerId)?.isFenced;
  }
}

describe('a broker that starts', () => {
  test('is let in once it has applied its own registration', () => {
    const story = new ClusterStory({ fenced: [3] });
    expect(story.hear(3, { metadataOffset: 2 })).toMatchObject({ isCaughtUp: false, isFenced: true });
    expect(story.hear(3, { metadataOffset: 3 })).toMatchObject({ isCaughtUp: true, isFenced: false });
    expect(story.isFenced(3)).toBe(false);
  });

  test('stays out as long as it wants to', () => {
    const story = new ClusterStory({ fenced: [3] });
    expect(story.hear(3, { wantsFence: true })).toMatchObject({ isCaughtUp: true, isFenced: true });
  });

  test('may stop at once while it is fenced', () => {
    const story = new ClusterStory({ fenced: [3] });
    expect(story.hear(3, { wantsShutdown: true })).toMatchObject({ shouldShutDown: true });
  });

  test('that was let go is not waited for: another incarnation may take its place at once', () => {
    const story = new ClusterStory({ fenced: [3] });
    story.hear(3, { wantsShutdown: true });
    expect(story.sessions.isAlive(3, 3, 0)).toBe(false);
    expect(story.sessions.isAlive(2, 2, 0)).toBe(true);
  });

  test('an earlier incarnation, or a broker that nobody knows, is refused', () => {
    const story = new ClusterStory();
    const stale = { kind: 'refused', errorCode: ErrorCode.STALE_BROKER_EPOCH };
    expect(story.hear(1, { brokerEpoch: 0 })).toEqual(stale);
    expect(story.hear(9)).toEqual(stale);
  });
});

describe('a broker that is not heard of', () => {
  test('is fenced when its session is over, and others lead', () => {
    const story = new ClusterStory();
    story.hear(2, {}, 1000);
    story.hear(3, {}, 1000);
    expect(story.passTo(SESSION_MS - 1)).toEqual([]);
    expect(story.passTo(SESSION_MS)).toEqual([1]);
    expect(story.isFenced(1)).toBe(true);
    expect(story.partition).toMatchObject({ leader: 2, isr: [2, 3] });
  });

  test('is given up sooner where its connection was closed, unless it is heard of by another one', () => {
    const story = new ClusterStory();
    const half = SESSION_MS / 2;
    for (const id of [1, 2, 3]) story.hear(id, {}, 1000);
    expect(story.sessions.lost(11, 1200)).toBe(true);
    expect(story.sessions.nextExpiryMs()).toBe(1200 + half);
    expect(story.sessions.lost(12, 1300)).toBe(true);
    story.hear(2, { connectionId: 42 }, 1400);
    // Of an earlier one nobody wants to know.
    expect(story.sessions.lost(12, 1500)).toBe(false);
    expect(story.passTo(1200 + half - 1)).toEqual([]);
    expect(story.passTo(1200 + half)).toEqual([1]);
    expect(story.partition).toMatchObject({ leader: 2, isr: [2, 3] });
    expect(story.passTo(1000 + SESSION_MS - 1)).toEqual([]);
  });

  test('is not waited for longer because its connection was closed late', () => {
    const story = new ClusterStory();
    story.hear(1, {}, 0);
    story.sessions.lost(11, SESSION_MS - 10);
    expect(story.sessions.isAlive(1, 1, SESSION_MS - 1)).toBe(true);
    expect(story.sessions.isAlive(1, 1, SESSION_MS)).toBe(false);
  });

  test('several are fenced one after another, the one that was silent for longest first', () => {
    const story = new ClusterStory();
    story.hear(1, {}, 300);
    story.hear(2, {}, 100);
    story.hear(3, {}, 200);
    expect(story.passTo(20_000)).toEqual([2, 3, 1]);
    expect(story.partition).toMatchObject({ leader: -1, isr: [], eligibleLeaderReplicas: [1, 3] });
  });

  test('is let in again when it is heard of', () => {
    const story = new ClusterStory();
    story.passTo(20_000);
    expect(story.hear(3, {}, 20_001)).toMatchObject({ isFenced: false });
    expect(story.partition).toMatchObject({ leader: 3, isr: [3] });
  });

  test('costs nothing more once it is fenced, replaced or gone', () => {
    const story = new ClusterStory();
    story.hear(1);
    const { offset } = story.image;
    story.hear(1);
    expect(story.image.offset).toBe(offset);
    story.image = replayed([registration(1, { epoch: 40 })], story.image);
    expect(story.passTo(20_000)).toEqual([1, 2, 3]);
    expect(story.isFenced(1)).toBe(false);
  });

  test('another incarnation may take its place only then', () => {
    const { sessions } = new ClusterStory();
    expect(sessions.isAlive(1, 1, SESSION_MS - 1)).toBe(true);
    expect(sessions.isAlive(1, 1, SESSION_MS)).toBe(false);
    expect(sessions.isAlive(1, 0, 0)).toBe(false);
    sessions.end(1);
    expect(sessions.isAlive(1, 1, 0)).toBe(false);
  });

  test('the controller knows when to look', () => {
    const story = new ClusterStory({ fenced: [1] });
    story.hear(2, {}, 500);
    expect(story.sessions.nextExpiryMs()).toBe(SESSION_MS);
    story.hear(3, {}, 700);
    expect(story.sessions.nextExpiryMs()).toBe(500 + SESSION_MS);
    story.passTo(60_000);
    expect(story.sessions.nextExpiryMs()).toBeNull();
  });
});

describe('a broker that wants to stop', () => {
  test('goes when it leads nothing and every other broker knows', () => {
    const story = new ClusterStory();
    const before = story.image.offset;
    expect(story.hear(1, { wantsShutdown: true })).toMatchObject({ shouldShutDown: false, isFenced: false });
    expect(story.partition).toMatchObject({ leader: 2, isr: [2, 3] });
    expect(story.image.brokers.get(1)?.isInControlledShutdown).toBe(true);
    story.hear(2);
    story.hear(3, { metadataOffset: before });
    expect(story.hear(1, { wantsShutdown: true })).toMatchObject({ shouldShutDown: false });
    story.hear(3);
    expect(story.hear(1, { wantsShutdown: true })).toMatchObject({ shouldShutDown: true, isFenced: true });
    expect(story.isFenced(1)).toBe(true);
  });

  test('is not waited for by another that stops', () => {
    const story = new ClusterStory();
    const behind = { wantsShutdown: true, metadataOffset: story.image.offset };
    story.hear(1, behind);
    story.hear(2, behind);
    story.hear(3);
    expect(story.partition).toMatchObject({ leader: 3 });
    expect(story.hear(1, behind)).toMatchObject({ shouldShutDown: true });
  });

  test('does not wait for a broker that is fenced', () => {
    const story = new ClusterStory({ fenced: [3], partition: { isr: [1, 2] } });
    story.hear(1, { wantsShutdown: true });
    story.hear(2);
    expect(story.hear(1, { wantsShutdown: true })).toMatchObject({ shouldShutDown: true });
  });

  test('goes at once when it leads nothing', () => {
    const story = new ClusterStory();
    expect(story.hear(3, { wantsShutdown: true })).toMatchObject({ shouldShutDown: true });
    expect(story.partition).toMatchObject({ leader: 1, isr: [1, 2] });
  });

  test('leaves partitions without a leader where nobody can take over, and stays eligible for them', () => {
    const story = new ClusterStory({ fenced: [2, 3], partition: { isr: [1] } });
    expect(story.hear(1, { wantsShutdown: true })).toMatchObject({ shouldShutDown: false });
    expect(story.partition).toMatchObject({ leader: -1, eligibleLeaderReplicas: [1], lastKnownElr: [1] });
    expect(story.hear(1, { wantsShutdown: true })).toMatchObject({ shouldShutDown: true });
  });
});

test('a directory that fails is taken from the broker, with its partitions', () => {
  const story = new ClusterStory();
  const offlineDirectories = ['DIRECTORYAAAAAAAAAAAAQ', 'UNKNOWNAAAAAAAAAAAAAAQ'];
  story.hear(1, { offlineDirectories });
  expect(story.partition).toMatchObject({ leader: 2, isr: [2, 3] });
});
