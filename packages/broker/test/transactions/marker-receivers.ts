import { ErrorCode } from '../../src/protocol/errors.ts';
import {
  type Decoded,
  decodeMessage,
  encodeMessage,
  type MessageDeclaration,
} from '../../src/protocol/message.ts';
import { writeTxnMarkersRequest } from '../../src/protocol/messages/write-txn-markers-request.ts';
import type { writeTxnMarkersResponse } from '../../src/protocol/messages/write-txn-markers-response.ts';
import type { PeerAnswer, PeerChannel, PeerExchange } from '../../src/protocol/peer-channel.ts';
import { Reader } from '../../src/protocol/reader.ts';

type Markers = Decoded<typeof writeTxnMarkersRequest>['markers'];
type Answer = PeerAnswer<typeof writeTxnMarkersResponse>;

interface Received {
  readonly brokerId: number;
  readonly markers: Markers;
  readonly answer: (answer: Answer) => void;
}

/** The brokers that a coordinator sends markers to, at the other end of its channels: they note, hold and answer. */
export class MarkerReceivers {
  /** What came, in words, since the last look. */
  readonly lines: string[] = [];
  /** Brokers that answer only when they are told to. */
  readonly holding = new Set<number>();
  #held: Received[] = [];

  channelTo(brokerId: number): PeerChannel {
    return {
      ask: <Request extends MessageDeclaration, Response extends MessageDeclaration>(
        exchange: PeerExchange<Request, Response>,
      ) => this.#receive(brokerId, exchange) as Promise<PeerAnswer<Response>>,
    };
  }

  /** Answers the oldest request that a broker holds; partitions that are not named get NONE. */
  answer(brokerId: number, codes: ReadonlyMap<string, number>): void {
    const { answer, markers } = this.#take(brokerId);
    answer({
      kind: 'answered',
      body: {
        markers: markers.map(({ producerId, topics }) => ({
          producerId,
          topics: topics.map(({ name, partitionIndexes }) => ({
            name,
            partitions: partitionIndexes.map((partitionIndex) => ({
              partitionIndex,
              errorCode: codes.get(`${name}-${partitionIndex}`) ?? ErrorCode.NONE,
            })),
          })),
        })),
      },
    });
  }

  /** The connection of the oldest request breaks. */
  lose(brokerId: number): void {
    this.#take(brokerId).answer({ kind: 'unanswered', reason: 'the connection was closed' });
  }

  #take(brokerId: number): Received {
    const received = this.#held.find((one) => one.brokerId === brokerId);
    if (received === undefined) throw new Error(`broker ${brokerId} holds no request`);
    this.#held = this.#held.filter((one) => one !== received);
    return received;
  }

  #receive(
    brokerId: number,
    { body, request, version }: PeerExchange<MessageDeclaration, MessageDeclaration>,
  ): Promise<Answer> {
    const bytes = encodeMessage(request, body, version);
    const { markers } = decodeMessage(writeTxnMarkersRequest, new Reader(bytes), version);
    for (const marker of markers) this.lines.push(`markers to ${brokerId}: ${markerText(marker)}`);
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#held.push({ brokerId, markers, answer: resolve });
    if (!this.holding.has(brokerId)) this.answer(brokerId, new Map());
    return promise;
  }
}

function markerText(marker: Markers[number]): string {
  const { coordinatorEpoch, producerEpoch, producerId, topics, transactionResult, transactionVersion } =
    marker;
  const partitions = topics.map(({ name, partitionIndexes }) => `${name}=${partitionIndexes.join(',')}`);
  const outcome = transactionResult ? 'commit' : 'abort';
  const epochs = `coordinator-epoch=${coordinatorEpoch} version=${transactionVersion}`;
  return `${outcome} ${producerId}/${producerEpoch} ${epochs} ${partitions.join(' ')}`;
}
