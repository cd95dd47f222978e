import { expect, test } from 'vitest';
import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded, Encodable, MessageDeclaration } from '../protocol/message.ts';
import type { addPartitionsToTxnRequest } from '../protocol/messages/add-partitions-to-txn-request.ts';
import type { addPartitionsToTxnResponse } from '../protocol/messages/add-partitions-to-txn-response.ts';
import type { PeerAnswer, PeerChannel, PeerExchange } from '../protocol/peer-channel.ts';
import { type CoordinatorQuestion, CoordinatorQuestions } from './coordinator-questions.ts';

type Request = Encodable<typeof addPartitionsToTxnRequest>;
type Answer = PeerAnswer<typeof addPartitionsToTxnResponse>;

/** A coordinator whose answers a test gives. */
class AskedCoordinator implements PeerChannel {
  readonly asked: { readonly body: Request; readonly answer: (answer: Answer) => void }[] = [];

  ask<Asked extends MessageDeclaration, Response extends MessageDeclaration>(
    exchange: PeerExchange<Asked, Response>,
  ): Promise<PeerAnswer<Response>> {
    return new Promise((resolve) => {
      const answer = resolve as (answer: PeerAnswer<MessageDeclaration>) => void;
      this.asked.push({ body: exchange.body as Request, answer: answer as (answer: Answer) => void });
    });
  }

  /** Answers the next request: each partition that it names with that error. */
  async answer(errorCode: number): Promise<void> {
    const next = this.asked.shift();
    if (next === undefined) throw new Error('nothing was asked');
    const resultsByTransaction = (next.body.transactions ?? []).map(
      ({ transactionalId = '', topics = [] }) => ({
        transactionalId,
        topicResults: topics.map(({ name = '', partitions = [] }) => ({
          name,
          resultsByPartition: partitions.map((partitionIndex) => ({
            partitionIndex,
            partitionErrorCode: errorCode,
          })),
        })),
      }),
    );
    next.answer({ kind: 'answered', body: bodyOf({ resultsByTransaction }) });
    await new Promise(setImmediate);
  }
}

function bodyOf(body: Partial<Decoded<typeof addPartitionsToTxnResponse>>) {
  return { throttleTimeMs: 0, errorCode: 0, resultsByTransaction: [], resultsByTopicV3AndBelow: [], ...body };
}

function scene() {
  const coordinator = new AskedCoordinator();
  const questions = new CoordinatorQuestions(coordinator, 1000);
  const answers: [string, number][] = [];
  const ask = (name: string, question: Partial<CoordinatorQuestion> = {}) => {
    const whole = {
      ...{ transactionalId: 'copy', producerId: 7, producerEpoch: 0, verifyOnly: true },
      ...{ topic: 'orders', partition: 0, ...question },
    };
    void questions.ask(whole).then((errorCode) => answers.push([name, errorCode]));
  };
  return { coordinator, answers, ask, turn: () => new Promise(setImmediate) };
}

test('what is asked while a request is under way goes together in the next', async () => {
  const { ask, coordinator, answers, turn } = scene();
  ask('a');
  ask('b', { partition: 1 });
  await turn();
  ask('c', { partition: 2 });
  ask('d', { transactionalId: 'other', producerId: 8, partition: 2 });
  expect(coordinator.asked.map(({ body }) => body.transactions)).toEqual([
    [
      {
        ...{ transactionalId: 'copy', producerId: 7, producerEpoch: 0, verifyOnly: true },
        topics: [{ name: 'orders', partitions: [0, 1] }],
      },
    ],
  ]);
  await coordinator.answer(ErrorCode.NONE);
  expect(answers).toEqual([
    ['a', ErrorCode.NONE],
    ['b', ErrorCode.NONE],
  ]);
  expect(coordinator.asked[0]?.body.transactions?.map(({ transactionalId }) => transactionalId)).toEqual([
    'copy',
    'other',
  ]);
  await coordinator.answer(ErrorCode.TRANSACTION_ABORTABLE);
  expect(answers.slice(2)).toEqual([
    ['c', ErrorCode.TRANSACTION_ABORTABLE],
    ['d', ErrorCode.TRANSACTION_ABORTABLE],
  ]);
});

test('two epochs of one transactional id are asked about one after the other, for the answers name the id alone', async () => {
  const { ask, coordinator, answers, turn } = scene();
  ask('old');
  ask('new', { producerEpoch: 1 });
  ask('added', { producerEpoch: 1, verifyOnly: false });
  await turn();
  await coordinator.answer(ErrorCode.PRODUCER_FENCED);
  await coordinator.answer(ErrorCode.NONE);
  await coordinator.answer(ErrorCode.CONCURRENT_TRANSACTIONS);
  expect(answers).toEqual([
    ['old', ErrorCode.PRODUCER_FENCED],
    ['new', ErrorCode.NONE],
    ['added', ErrorCode.CONCURRENT_TRANSACTIONS],
  ]);
});

test('a coordinator that says nothing, or nothing of the partition, or refuses brokers, answers nobody with nothing', async () => {
  const { ask, coordinator, answers, turn } = scene();
  const bodies: Answer[] = [
    { kind: 'unanswered', reason: 'gone' },
    { kind: 'answered', body: bodyOf({}) },
    { kind: 'answered', body: bodyOf({ errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED }) },
    { kind: 'answered', body: bodyOf({ errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS }) },
  ];
  for (const body of bodies) {
    ask('a');
    await turn();
    coordinator.asked.shift()?.answer(body);
    await turn();
  }
  expect(answers.map(([, errorCode]) => errorCode)).toEqual([
    ErrorCode.NETWORK_EXCEPTION,
    ErrorCode.NETWORK_EXCEPTION,
    ErrorCode.INVALID_TXN_STATE,
    ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ]);
});
