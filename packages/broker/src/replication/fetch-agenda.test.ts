import { expect, test } from 'vitest';
import { FetchAgenda } from './fetch-agenda.ts';
import type { FollowedPartition } from './followed-partition.ts';
import { FollowerFetchSession } from './follower-fetch-session.ts';

const TOPIC_ID = 'oLIQyYhGQsiCoFcXtVXDSA';

function empty(partition: number): FollowedPartition {
  return {
    ...{ topic: 'orders', topicId: TOPIC_ID, partition, leaderEpoch: 1, latestEpoch: -1 },
    ...{ logStartOffset: 0, logEndOffset: 0, acknowledgedEndOffset: 0, highWatermark: 0 },
    endOffsetForEpoch: () => ({ leaderEpoch: -1, endOffset: -1 }),
    onMoved: () => {},
    append: () => ({ kind: 'rejected', errorCode: 1, message: '', recordErrors: [] }),
    truncateTo: async () => {},
    startAt: async () => {},
    tookOver: () => {},
  };
}

function agendaOf(count: number): FetchAgenda {
  const agenda = new FetchAgenda();
  for (let partition = 0; partition < count; partition++) agenda.add(empty(partition));
  return agenda;
}

/** The partitions that one fetch names. */
function named(agenda: FetchAgenda, session: FollowerFetchSession, most: number): number[] {
  const { topics } = session.next(agenda.takeChanges(session.isNew, most));
  return topics.flatMap(({ partitions }) => (partitions ?? []).map(({ partition }) => partition ?? -1));
}

test('many partitions are named by one fetch after another, each once', () => {
  const agenda = agendaOf(7);
  const session = new FollowerFetchSession(1000);
  expect(named(agenda, session, 3)).toEqual([0, 1, 2]);
  expect(agenda.hasChanges).toBe(true);
  session.answered(5);
  expect(named(agenda, session, 3)).toEqual([3, 4, 5]);
  session.answered(5);
  expect(named(agenda, session, 3)).toEqual([6]);
  expect(agenda.hasChanges).toBe(false);
  session.answered(5);
  expect(named(agenda, session, 3)).toEqual([]);
});

test('when the session is over half-way all are named again', () => {
  const agenda = agendaOf(5);
  const session = new FollowerFetchSession(1000);
  expect(named(agenda, session, 3)).toEqual([0, 1, 2]);
  session.answered(5);
  session.reset();
  const again = [...named(agenda, session, 3)];
  session.answered(6);
  again.push(...named(agenda, session, 3));
  expect(again.sort()).toEqual([0, 1, 2, 3, 4]);
});

test('a partition that is given up before its turn is not named', () => {
  const agenda = agendaOf(4);
  const session = new FollowerFetchSession(1000);
  expect(named(agenda, session, 2)).toEqual([0, 1]);
  session.answered(5);
  agenda.remove({ topicId: TOPIC_ID, partition: 2 });
  expect(named(agenda, session, 2)).toEqual([3]);
});

test('of a leader that keeps no session it is known, so that nothing is left out', () => {
  const session = new FollowerFetchSession(1000);
  expect(session.isRefused).toBe(false);
  session.answered(0);
  expect([session.isRefused, session.isNew]).toEqual([true, true]);
  session.answered(5);
  expect(session.isRefused).toBe(false);
});
