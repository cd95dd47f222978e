import { ErrorCode } from '../../src/protocol/errors.ts';
import type { Encodable, MessageDeclaration } from '../../src/protocol/message.ts';
import type { addPartitionsToTxnRequest } from '../../src/protocol/messages/add-partitions-to-txn-request.ts';
import type { PeerAnswer, PeerChannel, PeerExchange } from '../../src/protocol/peer-channel.ts';

type Request = Encodable<typeof addPartitionsToTxnRequest>;

/** The coordinator of transactions on another broker, whose answers a test gives. */
export class AskedCoordinator implements PeerChannel {
  /** Not answered yet, oldest first. */
  readonly asked: Request[] = [];
  /** What is answered at once, one after the other; then NONE. Null: nothing is, until `answer`. */
  codes: number[] | null = null;
  readonly #waiting: ((answer: PeerAnswer<MessageDeclaration>) => void)[] = [];

  ask<Asked extends MessageDeclaration, Response extends MessageDeclaration>({
    body,
  }: PeerExchange<Asked, Response>): Promise<PeerAnswer<Response>> {
    this.asked.push(body as Request);
    return new Promise((resolve) => {
      this.#waiting.push(resolve as (answer: PeerAnswer<MessageDeclaration>) => void);
      if (this.codes !== null) void this.answer(this.codes.shift() ?? ErrorCode.NONE);
    });
  }

  /** Answers the oldest request: each partition that it names with that code. */
  answer(errorCode: number): Promise<void> {
    const [request] = this.asked;
    const resultsByTransaction = (request?.transactions ?? []).map(
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
    const body = { throttleTimeMs: 0, errorCode: 0, resultsByTransaction, resultsByTopicV3AndBelow: [] };
    return this.reply({ kind: 'answered', body } as unknown as PeerAnswer<MessageDeclaration>);
  }

  /** Resolves when what follows from the answer has happened. */
  async reply(answer: PeerAnswer<MessageDeclaration>): Promise<void> {
    this.asked.shift();
    const resolve = this.#waiting.shift();
    if (resolve === undefined) throw new Error('nothing was asked');
    resolve(answer);
    await new Promise(setImmediate);
  }
}
