import { ErrorCode } from '../protocol/errors.ts';
import { writeTxnMarkersRequest } from '../protocol/messages/write-txn-markers-request.ts';
import { writeTxnMarkersResponse } from '../protocol/messages/write-txn-markers-response.ts';
import type { PeerChannel } from '../protocol/peer-channel.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { type EndedPartition, type EndedTransaction, Ending } from './ending.ts';
import { MARKERS_VERSION, markerErrors, markersOf } from './marker-request.ts';

/** Where a partition's marker is to go. */
export type MarkerDestination =
  | { readonly kind: 'broker'; readonly brokerId: number }
  /** The partition has no leader at present. */
  | { readonly kind: 'nobody' }
  /** There is no such partition (any more): nobody can be kept waiting by its transaction. */
  | { readonly kind: 'gone' };

export interface MarkerSenderOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly requestTimeoutMs: number;
  readonly destinationOf: (topic: string, partition: number) => MarkerDestination;
  readonly channelTo: (brokerId: number) => PeerChannel | null;
  /** Every partition has its marker; resolves with the error code of writing that down. */
  readonly complete: (end: EndedTransaction) => Promise<number>;
}

/** How long a marker that was refused, or could not be delivered, waits. */
const RETRY_PAUSE_MS = 100;

/** Partitions that one request names; what is more waits for its answer. */
const PARTITIONS_AT_ONCE = 5000;

interface Queued {
  readonly ending: Ending;
  readonly partition: EndedPartition;
}

/**
 * Brings the markers of transactions whose end is decided to the leaders of their partitions, until each has its own:
 * over changes of leadership, and for as long as it takes. To each broker one request is under way, with all that came
 * up meanwhile in the next.
 */
export class MarkerSender {
  readonly #options: MarkerSenderOptions;
  readonly #endings = new Set<Ending>();
  readonly #queues = new Map<number, { queued: Queued[]; isBusy: boolean }>();
  /** What waits for a leader, or for its next attempt. */
  #waiting: Queued[] = [];
  #retryTimer: Timer | null = null;
  #sendsSoon = false;
  #isClosed = false;

  constructor(options: MarkerSenderOptions) {
    this.#options = options;
  }

  /** Transactions that have ended and are not complete, and partitions of theirs that wait for a leader or a retry. */
  get backlog(): { readonly transactions: number; readonly waitingPartitions: number } {
    return { transactions: this.#endings.size, waitingPartitions: this.#waiting.length };
  }

  send(end: EndedTransaction): void {
    if (this.#isClosed) return;
    const ending = new Ending(end);
    this.#endings.add(ending);
    this.#route([...ending.outstanding()].map((partition) => ({ ending, partition })));
    if (ending.isDone) void this.#complete(ending);
  }

  /** What was decided up to this coordinator epoch is no more this coordinator's: a later one sends these markers. */
  drop(statePartition: number, coordinatorEpoch: number): void {
    for (const ending of this.#endings) {
      const { end } = ending;
      const isMeant = end.statePartition === statePartition && end.coordinatorEpoch <= coordinatorEpoch;
      if (isMeant) this.#forget(ending);
    }
    this.#waiting = this.#waiting.filter(({ ending }) => !ending.isDropped);
  }

  /** Leaders may have changed: who waits for one looks again. */
  leadersChanged(): void {
    if (this.#waiting.length > 0) this.#route(this.#waiting.splice(0));
  }

  close(): void {
    this.#isClosed = true;
    this.#retryTimer?.cancel();
    for (const ending of this.#endings) this.#forget(ending);
    this.#waiting = [];
    this.#queues.clear();
  }

  #forget(ending: Ending): void {
    ending.isDropped = true;
    this.#endings.delete(ending);
  }

  #route(all: readonly Queued[]): void {
    const { destinationOf } = this.#options;
    for (const queued of all) {
      const { ending, partition } = queued;
      if (ending.isDropped) continue;
      const destination = destinationOf(partition.topic, partition.index);
      if (destination.kind === 'broker') this.#queueOf(destination.brokerId).queued.push(queued);
      else if (destination.kind === 'nobody') this.#waitWith(queued);
      else this.#settled(queued);
    }
    this.#sendSoon();
  }

  #queueOf(brokerId: number): { queued: Queued[]; isBusy: boolean } {
    let queue = this.#queues.get(brokerId);
    if (queue === undefined) {
      queue = { queued: [], isBusy: false };
      this.#queues.set(brokerId, queue);
    }
    return queue;
  }

  #waitWith(queued: Queued): void {
    this.#waiting.push(queued);
    this.#retryTimer ??= this.#options.clock.after(RETRY_PAUSE_MS, () => {
      this.#retryTimer = null;
      this.leadersChanged();
    });
  }

  /** Whatever ends in the same turn goes by the same requests. */
  #sendSoon(): void {
    if (this.#sendsSoon) return;
    this.#sendsSoon = true;
    this.#options.clock.soon(() => {
      this.#sendsSoon = false;
      for (const brokerId of this.#queues.keys()) void this.#sendTo(brokerId);
    });
  }

  async #sendTo(brokerId: number): Promise<void> {
    const queue = this.#queueOf(brokerId);
    while (!queue.isBusy && !this.#isClosed) {
      const taken = queue.queued.splice(0, PARTITIONS_AT_ONCE).filter(({ ending }) => !ending.isDropped);
      if (taken.length === 0) {
        if (queue.queued.length > 0) continue;
        return;
      }
      queue.isBusy = true;
      await this.#ask(brokerId, taken);
      queue.isBusy = false;
    }
  }

  async #ask(brokerId: number, asked: readonly Queued[]): Promise<void> {
    const { channelTo, logger, requestTimeoutMs } = this.#options;
    const byEnding = Map.groupBy(asked, ({ ending }) => ending);
    const markers = [...byEnding].map(([ending, queued]) =>
      markersOf(
        ending.end,
        queued.map(({ partition }) => partition),
      ),
    );
    const answer = (await channelTo(brokerId)?.ask({
      request: writeTxnMarkersRequest,
      response: writeTxnMarkersResponse,
      version: MARKERS_VERSION,
      body: { markers },
      timeoutMs: requestTimeoutMs,
    })) ?? { kind: 'unanswered', reason: 'the broker is not known' };
    if (answer.kind === 'unanswered') {
      logger.debug({ brokerId, reason: answer.reason }, 'transaction markers were not answered');
      for (const queued of asked) this.#retry(queued);
      return;
    }
    const errorOf = markerErrors(answer.body);
    for (const queued of asked) this.#answered(queued, errorOf(queued.ending.end, queued.partition));
  }

  #answered(queued: Queued, errorCode: number): void {
    const { ending, partition } = queued;
    if (ending.isDropped) return;
    const { producerEpoch, producerId, transactionalId } = ending.end.prepared;
    const fields = { transactionalId, producerId, producerEpoch, ...partition, errorCode };
    const { logger } = this.#options;
    if (errorCode === ErrorCode.NONE) this.#settled(queued);
    else if (errorCode === ErrorCode.INVALID_PRODUCER_EPOCH) {
      // Whatever was open with this epoch has ended there, by somebody's hand; no marker of ours would be taken.
      logger.warn(fields, 'a partition has left the ended transaction behind');
      this.#settled(queued);
    } else if (errorCode === ErrorCode.TRANSACTION_COORDINATOR_FENCED) {
      logger.warn(fields, 'another coordinator has ended transactions of this producer');
      this.#forget(ending);
    } else {
      logger.debug(fields, 'a transaction marker was refused');
      this.#retry(queued);
    }
  }

  #retry(queued: Queued): void {
    if (!queued.ending.isDropped) this.#waitWith(queued);
  }

  #settled({ ending, partition }: Queued): void {
    ending.settle(partition);
    if (ending.isDone) void this.#complete(ending);
  }

  /** What is not written down would be sent again by the next coordinator, and nobody could use the id until then. */
  async #complete(ending: Ending): Promise<void> {
    if (ending.isCompleting || ending.isDropped) return;
    ending.isCompleting = true;
    const errorCode = await this.#options.complete(ending.end);
    ending.isCompleting = false;
    // What this coordinator may not write any more was dropped; a full disk refuses with the same words, and for a while.
    if (ending.isDropped) return;
    if (errorCode === ErrorCode.NONE) this.#forget(ending);
    else this.#options.clock.after(RETRY_PAUSE_MS, () => void this.#complete(ending));
  }
}
