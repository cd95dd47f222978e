import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock, silentLogger } from '../../test/metadata/ports.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import type { alterPartitionRequest } from '../protocol/messages/alter-partition-request.ts';
import type { alterPartitionResponse } from '../protocol/messages/alter-partition-response.ts';
import type { PeerAnswer, PeerExchange } from '../protocol/peer-channel.ts';
import { IsrChanges } from './isr-changes.ts';
import type { IsrAnswer, IsrProposal } from './leadership.ts';

const ORDERS = 'ORDERSAAAAAAAAAAAAAAAQ';
const SALES = 'SALESAAAAAAAAAAAAAAAAQ';

type Response = Encodable<typeof alterPartitionResponse>;
type Partition = NonNullable<NonNullable<Response['topics']>[number]['partitions']>[number];

function proposal(partitionEpoch: number, ...brokers: number[]): IsrProposal {
  const isr = brokers.map((brokerId) => ({ brokerId, brokerEpoch: 10 * brokerId }));
  return { leaderEpoch: 4, partitionEpoch, isr };
}

describe('changes of in-sync replicas', () => {
  let clock: ManualClock;
  let changes: IsrChanges;
  let asked: Encodable<typeof alterPartitionRequest>[];
  let answers: ((answer: PeerAnswer<typeof alterPartitionResponse>) => void)[];

  beforeEach(() => {
    clock = new ManualClock();
    asked = [];
    answers = [];
    changes = new IsrChanges({
      clock,
      logger: silentLogger,
      brokerId: 1,
      brokerEpoch: () => 77,
      controller: {
        ask: (exchange: PeerExchange<never, never>) => {
          asked.push(exchange.body);
          return new Promise((resolve) => {
            answers.push(resolve as (answer: PeerAnswer<typeof alterPartitionResponse>) => void);
          });
        },
      },
    });
  });

  afterEach(() => changes.close());

  const turn = () => new Promise((resolve) => setImmediate(resolve));

  function propose(topicId: string, partition: number, wanted: IsrProposal): Promise<IsrAnswer> {
    return changes.propose({ topicId, partition }, wanted);
  }

  async function answered(body: Response): Promise<void> {
    answers.shift()?.({ kind: 'answered', body: body as Decoded<typeof alterPartitionResponse> });
    await turn();
  }

  test('thousands are asked for one bounded request after another, the oldest first', async () => {
    for (let partition = 0; partition < 2500; partition++)
      void propose(partition % 2 === 0 ? ORDERS : SALES, partition, proposal(1, 1, 2));
    const sizes = () =>
      asked.map(({ topics }) => topics?.flatMap(({ partitions }) => partitions ?? []).length);
    await turn();
    expect(sizes()).toEqual([1000]);
    await answered({ topics: [] });
    expect(asked[0]?.topics?.[0]?.partitions?.[0]?.partitionIndex).toBe(0);
    expect(sizes()).toEqual([1000]);
    clock.advance(50);
    await turn();
    expect(sizes()).toEqual([1000, 1000]);
  });

  function one(partition: Partition, topicId = ORDERS): Response {
    return {
      errorCode: 0,
      topics: [{ topicId, partitions: [{ partitionIndex: 0, errorCode: 0, ...partition }] }],
    };
  }

  test('those of one turn are one request; those that come while it is under way are the next', async () => {
    const first = [propose(ORDERS, 0, proposal(3, 1)), propose(ORDERS, 1, proposal(5, 1, 2))];
    const other = propose(SALES, 0, proposal(1, 1, 3));
    await turn();
    const late = propose(SALES, 1, proposal(2, 1));
    await turn();
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      brokerId: 1,
      brokerEpoch: 77,
      topics: [
        { topicId: ORDERS, partitions: [{ partitionIndex: 0 }, { partitionIndex: 1 }] },
        {
          topicId: SALES,
          partitions: [
            {
              partitionIndex: 0,
              leaderEpoch: 4,
              partitionEpoch: 1,
              newIsrWithEpochs: [
                { brokerId: 1, brokerEpoch: 10 },
                { brokerId: 3, brokerEpoch: 30 },
              ],
            },
          ],
        },
      ],
    });
    const done = { errorCode: 0, leaderEpoch: 4 };
    await answered({
      errorCode: 0,
      topics: [
        {
          topicId: ORDERS,
          partitions: [
            { ...done, partitionIndex: 0, isr: [1], partitionEpoch: 4 },
            { ...done, partitionIndex: 1, isr: [1, 2], partitionEpoch: 6 },
          ],
        },
        { topicId: SALES, partitions: [{ ...done, partitionIndex: 0, isr: [1, 3], partitionEpoch: 2 }] },
      ],
    });
    expect(await Promise.all([...first, other])).toEqual([
      { kind: 'changed', isr: [1], partitionEpoch: 4 },
      { kind: 'changed', isr: [1, 2], partitionEpoch: 6 },
      { kind: 'changed', isr: [1, 3], partitionEpoch: 2 },
    ]);
    await turn();
    expect(asked).toHaveLength(2);
    await answered(one({ errorCode: ErrorCode.UNKNOWN_TOPIC_ID, partitionIndex: 1 }, SALES));
    expect(await late).toEqual({ kind: 'superseded' });
  });

  test.each([
    ['INELIGIBLE_REPLICA', 'withdrawn'],
    ['OPERATION_NOT_ATTEMPTED', 'withdrawn'],
    ['FENCED_LEADER_EPOCH', 'superseded'],
    ['INVALID_UPDATE_VERSION', 'superseded'],
    ['INVALID_REQUEST', 'superseded'],
    ['NEW_LEADER_ELECTED', 'superseded'],
    ['UNKNOWN_TOPIC_OR_PARTITION', 'superseded'],
  ] as const)('a partition that is refused with %s: %s', async (name, kind) => {
    const answer = propose(ORDERS, 0, proposal(3, 1));
    await turn();
    await answered(one({ errorCode: ErrorCode[name] }));
    expect(await answer).toEqual({ kind });
  });

  test.each([
    ['another leader epoch', { leaderEpoch: 5, partitionEpoch: 4 }, 'superseded'],
    ['an older partition', { leaderEpoch: 4, partitionEpoch: 2 }, 'superseded'],
    ['no change', { leaderEpoch: 4, partitionEpoch: 3 }, 'withdrawn'],
  ])('an answer that tells of %s', async (_, partition, kind) => {
    const answer = propose(ORDERS, 0, proposal(3, 1));
    await turn();
    await answered(one({ ...partition, isr: [1] }));
    expect(await answer).toEqual({ kind });
  });

  test.each<[string, Response | null]>([
    ['no answer', null],
    ['a stale broker epoch', { errorCode: ErrorCode.STALE_BROKER_EPOCH }],
    ['an answer without the partition', { errorCode: 0, topics: [] }],
    ['a partition that the controller knows less of', one({ errorCode: ErrorCode.NOT_CONTROLLER })],
  ])('after %s it is asked for again', async (_, response) => {
    const answer = propose(ORDERS, 0, proposal(3, 1));
    await turn();
    if (response === null) answers.shift()?.({ kind: 'unanswered', reason: 'gone' });
    else await answered(response);
    await turn();
    expect(asked).toHaveLength(1);
    clock.advance(50);
    await turn();
    expect(asked[1]).toEqual(asked[0]);
    await answered(one({ leaderEpoch: 4, partitionEpoch: 4, isr: [1] }));
    expect(await answer).toMatchObject({ kind: 'changed' });
  });

  test('a newer proposal takes the place of one that waits to be asked for again', async () => {
    const older = propose(ORDERS, 0, proposal(3, 1));
    await turn();
    const newer = propose(ORDERS, 0, proposal(4, 1, 2));
    answers.shift()?.({ kind: 'unanswered', reason: 'gone' });
    await turn();
    expect(await older).toEqual({ kind: 'superseded' });
    clock.advance(50);
    await turn();
    expect(asked[1]).toMatchObject({ topics: [{ partitions: [{ partitionEpoch: 4 }] }] });
    await answered(one({ leaderEpoch: 4, partitionEpoch: 5, isr: [1, 2] }));
    expect(await newer).toMatchObject({ kind: 'changed', isr: [1, 2] });
  });

  test('whoever waits when it is closed waits no longer', async () => {
    const waiting = propose(ORDERS, 0, proposal(3, 1));
    await turn();
    const behind = propose(ORDERS, 1, proposal(3, 1));
    changes.close();
    expect(await behind).toEqual({ kind: 'superseded' });
    answers.shift()?.({ kind: 'unanswered', reason: 'closed' });
    expect(await waiting).toEqual({ kind: 'superseded' });
    expect(await propose(ORDERS, 2, proposal(3, 1))).toEqual({ kind: 'superseded' });
  });
});
