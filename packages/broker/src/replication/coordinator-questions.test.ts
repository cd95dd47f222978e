import { expect, test } from 'vitest';
import { AskedCoordinator } from '../../test/replication/asked-coordinator.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { MessageDeclaration } from '../protocol/message.ts';
import type { PeerAnswer } from '../protocol/peer-channel.ts';
import { type CoordinatorQuestion, CoordinatorQuestions } from './coordinator-questions.ts';

function answered(body: object): PeerAnswer<MessageDeclaration> {
  const whole = { throttleTimeMs: 0, errorCode: 0, resultsByTransaction: [], resultsByTopicV3AndBelow: [] };
  return { kind: 'answered', body: { ...whole, ...body } } as unknown as PeerAnswer<MessageDeclaration>;
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
  expect(coordinator.asked.map(({ transactions }) => transactions)).toEqual([
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
  expect(coordinator.asked[0]?.transactions?.map(({ transactionalId }) => transactionalId)).toEqual([
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
  const replies: PeerAnswer<MessageDeclaration>[] = [
    { kind: 'unanswered', reason: 'gone' },
    answered({}),
    answered({ errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED }),
    answered({ errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS }),
  ];
  for (const reply of replies) {
    ask('a');
    await turn();
    await coordinator.reply(reply);
  }
  expect(answers.map(([, errorCode]) => errorCode)).toEqual([
    ErrorCode.NETWORK_EXCEPTION,
    ErrorCode.NETWORK_EXCEPTION,
    ErrorCode.INVALID_TXN_STATE,
    ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ]);
});
