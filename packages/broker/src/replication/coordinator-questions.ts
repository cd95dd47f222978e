import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded } from '../protocol/message.ts';
import { addPartitionsToTxnRequest } from '../protocol/messages/add-partitions-to-txn-request.ts';
import { addPartitionsToTxnResponse } from '../protocol/messages/add-partitions-to-txn-response.ts';
import type { PeerAnswer, PeerChannel } from '../protocol/peer-channel.ts';

/** Whether a partition belongs to a transaction; `verifyOnly` unless it is to be added to it. */
export interface CoordinatorQuestion {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly verifyOnly: boolean;
  readonly topic: string;
  readonly partition: number;
}

interface Asked extends CoordinatorQuestion {
  readonly answer: (errorCode: number) => void;
}

type AddPartitionsToTxnResponse = Decoded<typeof addPartitionsToTxnResponse>;

/** The first version that tells producers to abort where one would have to guess (KIP-890). */
const VERSION = 5;

/**
 * What partitions of this broker ask the transaction coordinators of one other: one request at a time, in which all
 * questions go that have come meanwhile (AddPartitionsToTxn v4 and later).
 */
export class CoordinatorQuestions {
  readonly #channel: PeerChannel;
  readonly #timeoutMs: number;
  #waiting: Asked[] = [];
  #isAsking = false;

  constructor(channel: PeerChannel, timeoutMs: number) {
    this.#channel = channel;
    this.#timeoutMs = timeoutMs;
  }

  /** Resolves with what the coordinator says, or with NETWORK_EXCEPTION where it says nothing. Never rejects. */
  ask(question: CoordinatorQuestion): Promise<number> {
    return new Promise((answer) => {
      this.#waiting.push({ ...question, answer });
      if (!this.#isAsking) void this.#askAll();
    });
  }

  async #askAll(): Promise<void> {
    this.#isAsking = true;
    // Whoever asks in the same turn shares the first request.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const groups = this.#takeGroups();
      const answer = await this.#channel.ask({
        ...{ request: addPartitionsToTxnRequest, response: addPartitionsToTxnResponse, version: VERSION },
        body: { transactions: groups.map(transactionOf) },
        timeoutMs: this.#timeoutMs,
      });
      for (const group of groups) for (const asked of group) asked.answer(errorFor(asked, answer));
    }
    this.#isAsking = false;
  }

  /** Of each transactional id what one producer asks in one way: the answers name nothing else. The others wait. */
  #takeGroups(): Asked[][] {
    const groups = new Map<string, Asked[]>();
    const waiting: Asked[] = [];
    for (const asked of this.#waiting) {
      const group = groups.get(asked.transactionalId);
      if (group === undefined) groups.set(asked.transactionalId, [asked]);
      else if (isOfOneKind(group[0], asked)) group.push(asked);
      else waiting.push(asked);
    }
    this.#waiting = waiting;
    return [...groups.values()];
  }
}

function isOfOneKind(first: Asked | undefined, asked: Asked): boolean {
  return (
    first?.producerId === asked.producerId &&
    first.producerEpoch === asked.producerEpoch &&
    first.verifyOnly === asked.verifyOnly
  );
}

function transactionOf(group: readonly Asked[]) {
  const byTopic = Map.groupBy(group, ({ topic }) => topic);
  const { transactionalId = '', producerId = -1, producerEpoch = -1, verifyOnly = true } = group[0] ?? {};
  const topics = [...byTopic].map(([name, ofTopic]) => ({
    name,
    partitions: [...new Set(ofTopic.map(({ partition }) => partition))],
  }));
  return { transactionalId, producerId, producerEpoch, verifyOnly, topics };
}

function errorFor(
  { transactionalId, topic, partition }: Asked,
  answer: PeerAnswer<typeof addPartitionsToTxnResponse>,
): number {
  if (answer.kind === 'unanswered') return ErrorCode.NETWORK_EXCEPTION;
  const { errorCode, resultsByTransaction }: AddPartitionsToTxnResponse = answer.body;
  // Producers know nothing of what brokers may do.
  if (errorCode === ErrorCode.CLUSTER_AUTHORIZATION_FAILED) return ErrorCode.INVALID_TXN_STATE;
  if (errorCode !== ErrorCode.NONE) return errorCode;
  const result = resultsByTransaction
    .find((transaction) => transaction.transactionalId === transactionalId)
    ?.topicResults.find(({ name }) => name === topic)
    ?.resultsByPartition.find(({ partitionIndex }) => partitionIndex === partition);
  return result?.partitionErrorCode ?? ErrorCode.NETWORK_EXCEPTION;
}
