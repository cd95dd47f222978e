import { describe, expect, it } from 'vitest';
import { FetchSessions, type SessionRequest } from './fetch-sessions.ts';
import type { PartitionFetch, PartitionProgress } from './session-partition.ts';

const ZERO = 'AAAAAAAAAAAAAAAAAAAAAA';

function fetchOf(partition: number, fetchOffset = 0): PartitionFetch {
  return {
    topic: 'orders',
    topicId: ZERO,
    partition,
    currentLeaderEpoch: -1,
    fetchOffset,
    lastFetchedEpoch: -1,
    logStartOffset: -1,
    maxBytes: 1 << 20,
  };
}

const idle: PartitionProgress = {
  highWatermark: 7,
  logStartOffset: 0,
  recordBytes: 0,
  isRemarkable: false,
  errorCode: 0,
};

function scene(slots = 1000) {
  let nowMs = 0;
  let draw = 0;
  const clock = {
    wallMs: () => nowMs,
    monotonicMs: () => nowMs,
    after: () => ({ cancel() {} }),
    soon: setImmediate,
  };
  const random = { uint32: () => ++draw, uuid: () => ZERO };
  return {
    sessions: new FetchSessions({ slots, evictionMs: 120_000, clock, random, tellsMoves: false }),
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

const full: SessionRequest = {
  sessionId: 0,
  sessionEpoch: 0,
  usesTopicIds: false,
  follower: null,
  fetches: [fetchOf(0), fetchOf(1), fetchOf(2)],
  forgotten: [],
};

function replyTo(sessions: FetchSessions, request: SessionRequest, progress: readonly PartitionProgress[]) {
  const scope = sessions.open(request);
  if (scope.kind !== 'accepted') throw new Error(scope.reason);
  const reply = scope.complete(scope.partitions, progress);
  if (reply.kind !== 'reply') throw new Error(reply.kind);
  const asked = scope.partitions.map(({ fetch }) => fetch.partition);
  const partitions = asked.filter((_, index) => reply.included(index));
  return { sessionId: reply.sessionId, partitions, asked };
}

/** Opens a session over three idle partitions and returns its id. */
function opened(sessions: FetchSessions, request = full): number {
  return replyTo(sessions, request, [idle, idle, idle]).sessionId;
}

describe('FetchSessions', () => {
  it('answers a full fetch with all partitions and a session', () => {
    const { sessions } = scene();
    const reply = replyTo(sessions, full, [idle, idle, idle]);
    expect(reply.partitions).toEqual([0, 1, 2]);
    expect(reply.sessionId).toBeGreaterThan(0);
  });

  it('reads all partitions in an incremental fetch and answers only those that show something new', () => {
    const { sessions } = scene();
    const sessionId = opened(sessions);
    const request = { ...full, sessionId, sessionEpoch: 1, fetches: [] };
    const reply = replyTo(sessions, request, [
      idle,
      { ...idle, highWatermark: 8 },
      { ...idle, recordBytes: 5 },
    ]);
    expect(reply.asked).toEqual([0, 1, 2]);
    expect(reply.partitions).toEqual([1, 2]);
  });

  it('moves a partition that had records to the end', () => {
    const { sessions } = scene();
    const sessionId = opened(sessions);
    const again = (sessionEpoch: number) => ({ ...full, sessionId, sessionEpoch, fetches: [] });
    replyTo(sessions, again(1), [{ ...idle, recordBytes: 5 }, idle, idle]);
    expect(replyTo(sessions, again(2), [idle, idle, idle]).asked).toEqual([1, 2, 0]);
  });

  it('sends a partition again after its error is gone', () => {
    const { sessions } = scene();
    const sessionId = opened(sessions);
    const again = (sessionEpoch: number) => ({ ...full, sessionId, sessionEpoch, fetches: [] });
    const failed = { ...idle, highWatermark: -1, errorCode: 6, isRemarkable: true };
    expect(replyTo(sessions, again(1), [failed, idle, idle]).partitions).toEqual([0]);
    expect(replyTo(sessions, again(2), [idle, idle, idle]).partitions).toEqual([0]);
    expect(replyTo(sessions, again(3), [idle, idle, idle]).partitions).toEqual([]);
  });

  it('adds, updates and forgets partitions', () => {
    const { sessions } = scene();
    const sessionId = opened(sessions);
    const scope = sessions.open({
      ...full,
      sessionId,
      sessionEpoch: 1,
      fetches: [fetchOf(1, 42), fetchOf(9)],
      forgotten: [{ topic: 'orders', topicId: ZERO, partition: 0 }],
    });
    const seen = scope.kind === 'accepted' ? scope.partitions.map(({ fetch }) => fetch) : [];
    expect(seen.map(({ partition, fetchOffset }) => [partition, fetchOffset])).toEqual([
      [1, 42],
      [2, 0],
      [9, 0],
    ]);
  });

  it('refuses an unknown session, a wrong epoch and a change of topic naming', () => {
    const { sessions } = scene();
    const sessionId = opened(sessions);
    const reasonOf = (request: SessionRequest) => {
      const scope = sessions.open(request);
      return scope.kind === 'refused' ? scope.reason : scope.kind;
    };
    expect(reasonOf({ ...full, sessionId: 12345, sessionEpoch: 1 })).toBe('unknown-session');
    expect(reasonOf({ ...full, sessionId, sessionEpoch: 2 })).toBe('wrong-epoch');
    expect(reasonOf({ ...full, sessionId, sessionEpoch: 1, usesTopicIds: true })).toBe('topic-id-mismatch');
  });

  it('tells the slower of two requests with one epoch that it was overtaken', () => {
    const { sessions } = scene();
    const sessionId = opened(sessions);
    const first = sessions.open({ ...full, sessionId, sessionEpoch: 1, fetches: [] });
    sessions.open({ ...full, sessionId, sessionEpoch: 2, fetches: [] });
    expect(first.kind === 'accepted' && first.complete([], []).kind).toBe('superseded');
  });

  it('gives no session for epoch -1 and closes the one named', () => {
    const { sessions } = scene();
    const sessionId = opened(sessions);
    const reply = replyTo(sessions, { ...full, sessionId, sessionEpoch: -1 }, [idle, idle, idle]);
    expect(reply.sessionId).toBe(0);
    expect(sessions.size).toBe(0);
  });

  it('closes a session whose last partition is forgotten', () => {
    const { sessions } = scene();
    const sessionId = opened(sessions);
    const forgotten = [0, 1, 2].map((partition) => ({ topic: 'orders', topicId: ZERO, partition }));
    expect(
      replyTo(sessions, { ...full, sessionId, sessionEpoch: 1, fetches: [], forgotten }, []).sessionId,
    ).toBe(0);
    expect(sessions.size).toBe(0);
  });

  it('gives the slot of a settled session to a larger one only', () => {
    const { sessions, pass } = scene(1);
    const settled = opened(sessions);
    pass(100_000);
    replyTo(sessions, { ...full, sessionId: settled, sessionEpoch: 1, fetches: [] }, [idle, idle, idle]);
    pass(100_000);
    expect(opened(sessions)).toBe(0);
    const larger = { ...full, fetches: [...full.fetches, fetchOf(3)] };
    expect(replyTo(sessions, larger, [idle, idle, idle, idle]).sessionId).not.toBe(0);
  });

  it('answers without a session when the slots are taken by recent ones', () => {
    const { sessions } = scene(1);
    opened(sessions);
    expect(opened(sessions)).toBe(0);
    expect(sessions.size).toBe(1);
  });

  it('frees the slot of a session unused for the eviction time', () => {
    const { sessions, pass } = scene(1);
    const first = opened(sessions);
    pass(120_001);
    const second = opened(sessions);
    expect(second).not.toBe(0);
    expect(second).not.toBe(first);
  });

  it("frees a consumer's slot for a follower, but not the other way round", () => {
    const { sessions } = scene(1);
    opened(sessions);
    expect(opened(sessions, { ...full, follower: { id: 1, brokerEpoch: 10 } })).not.toBe(0);
    expect(opened(sessions)).toBe(0);
  });
});
