import { ErrorCode, errorOf } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { alterPartitionRequest } from '../protocol/messages/alter-partition-request.ts';
import { alterPartitionResponse } from '../protocol/messages/alter-partition-response.ts';
import type { PeerChannel } from '../protocol/peer-channel.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { IsrAnswer, IsrProposal } from './leadership.ts';

export interface IsrChangesNeeds {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The way to the controller. */
  readonly controller: PeerChannel;
  readonly brokerId: number;
  /** Of this broker's registration as it is now. */
  readonly brokerEpoch: () => number;
}

interface Change {
  readonly topicId: string;
  readonly partition: number;
  readonly proposal: IsrProposal;
  readonly settle: (answer: IsrAnswer) => void;
}

type PartitionAnswer = Decoded<typeof alterPartitionResponse>['topics'][number]['partitions'][number];

/** The version that names the incarnations it counts on (KIP-903). */
const ALTER_PARTITION_VERSION = 3;
const TIMEOUT_MS = 30_000;
const RETRY_MS = 50;
/** Most partitions of one request: the controller decides on all of them in one turn, and others wait for it. */
const CHANGES_AT_ONCE = 1000;
const RECOVERED = 0;

const SUPERSEDED: IsrAnswer = { kind: 'superseded' };
const WITHDRAWN: IsrAnswer = { kind: 'withdrawn' };

/** Another ISR may be asked for: nothing of the partition has changed, only this one cannot be. */
const WITHDRAWING: ReadonlySet<number> = new Set([
  ErrorCode.INELIGIBLE_REPLICA,
  ErrorCode.OPERATION_NOT_ATTEMPTED,
]);

/** The leader does not know everything, or leads no longer: the metadata will tell. */
const SUPERSEDING: ReadonlySet<number> = new Set([
  ErrorCode.FENCED_LEADER_EPOCH,
  ErrorCode.INVALID_UPDATE_VERSION,
  ErrorCode.INVALID_REQUEST,
  ErrorCode.NEW_LEADER_ELECTED,
  ErrorCode.UNKNOWN_TOPIC_ID,
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
]);

/**
 * Asks the controller for the ISRs that leaders of this broker propose. One request is under way at a time, with those
 * that were proposed since the last one, a bounded number; what the controller could not decide on is asked for again.
 */
export class IsrChanges {
  readonly #needs: IsrChangesNeeds;
  /** By partition: not asked for yet. */
  readonly #waiting = new Map<string, Change>();
  #isAsking = false;
  #retry: Timer | null = null;
  #isClosed = false;

  constructor(needs: IsrChangesNeeds) {
    this.#needs = needs;
  }

  /** What became of the proposal; one that comes after it for the same partition takes its place. */
  propose(
    { topicId, partition }: { readonly topicId: string; readonly partition: number },
    proposal: IsrProposal,
  ): Promise<IsrAnswer> {
    return new Promise((settle) => {
      if (this.#isClosed) return settle(SUPERSEDED);
      const key = keyOf({ topicId, partition });
      this.#waiting.get(key)?.settle(SUPERSEDED);
      this.#waiting.set(key, { topicId, partition, proposal, settle });
      this.#askSoon();
    });
  }

  /** Nothing is asked for any more; whoever waits is told that it was of no use. */
  close(): void {
    this.#isClosed = true;
    this.#retry?.cancel();
    for (const { settle } of this.#waiting.values()) settle(SUPERSEDED);
    this.#waiting.clear();
  }

  #askSoon(): void {
    if (this.#isAsking || this.#isClosed || this.#retry !== null || this.#waiting.size === 0) return;
    this.#isAsking = true;
    this.#needs.clock.soon(() => void this.#ask());
  }

  async #ask(): Promise<void> {
    const asked = this.#takeSome();
    const { controller, brokerId, brokerEpoch } = this.#needs;
    const answer = await controller.ask({
      request: alterPartitionRequest,
      response: alterPartitionResponse,
      version: ALTER_PARTITION_VERSION,
      body: { brokerId, brokerEpoch: brokerEpoch(), topics: topicsOf(asked) },
      timeoutMs: TIMEOUT_MS,
    });
    this.#isAsking = false;
    if (answer.kind === 'answered' && answer.body.errorCode === ErrorCode.NONE)
      this.#take(asked, answer.body);
    else {
      const reason = answer.kind === 'answered' ? errorOf(answer.body.errorCode).name : answer.reason;
      this.#askAgain(asked, reason);
    }
    this.#askSoon();
  }

  /** Those that wait for longest. */
  #takeSome(): Change[] {
    const taken: Change[] = [];
    for (const [key, change] of this.#waiting) {
      if (taken.length === CHANGES_AT_ONCE) break;
      this.#waiting.delete(key);
      taken.push(change);
    }
    return taken;
  }

  #take(asked: readonly Change[], { topics }: Decoded<typeof alterPartitionResponse>): void {
    const answers = new Map<string, PartitionAnswer>();
    for (const { topicId, partitions } of topics) {
      for (const answer of partitions) {
        answers.set(keyOf({ topicId, partition: answer.partitionIndex }), answer);
      }
    }
    const unsettled: Change[] = [];
    for (const change of asked) {
      const decided = decisionOn(change.proposal, answers.get(keyOf(change)));
      if (decided === null) unsettled.push(change);
      else change.settle(decided);
    }
    if (unsettled.length > 0) this.#askAgain(unsettled, 'the controller could not decide');
  }

  /** A proposal that was made meanwhile counts more. */
  #askAgain(changes: readonly Change[], reason: string): void {
    for (const change of changes) {
      const key = keyOf(change);
      if (this.#isClosed || this.#waiting.has(key)) change.settle(SUPERSEDED);
      else this.#waiting.set(key, change);
    }
    if (this.#isClosed) return;
    const { clock, logger } = this.#needs;
    logger.info({ partitions: changes.length, reason }, 'the controller is asked again for in-sync replicas');
    this.#retry ??= clock.after(RETRY_MS, () => {
      this.#retry = null;
      this.#askSoon();
    });
  }
}

/** Null where the controller could not decide. */
function decisionOn(
  { leaderEpoch, partitionEpoch }: IsrProposal,
  answer: PartitionAnswer | undefined,
): IsrAnswer | null {
  if (answer === undefined) return null;
  if (WITHDRAWING.has(answer.errorCode)) return WITHDRAWN;
  if (SUPERSEDING.has(answer.errorCode)) return SUPERSEDED;
  if (answer.errorCode !== ErrorCode.NONE) return null;
  if (answer.leaderEpoch !== leaderEpoch || answer.partitionEpoch < partitionEpoch) return SUPERSEDED;
  // It is so already.
  if (answer.partitionEpoch === partitionEpoch) return WITHDRAWN;
  return { kind: 'changed', isr: answer.isr, partitionEpoch: answer.partitionEpoch };
}

function topicsOf(
  changes: readonly Change[],
): NonNullable<Encodable<typeof alterPartitionRequest>['topics']> {
  const byTopic = Map.groupBy(changes, ({ topicId }) => topicId);
  return [...byTopic].map(([topicId, partitions]) => ({
    topicId,
    partitions: partitions.map(({ partition, proposal }) => ({
      partitionIndex: partition,
      leaderEpoch: proposal.leaderEpoch,
      newIsrWithEpochs: proposal.isr,
      leaderRecoveryState: RECOVERED,
      partitionEpoch: proposal.partitionEpoch,
    })),
  }));
}

function keyOf({ topicId, partition }: { readonly topicId: string; readonly partition: number }): string {
  return `${topicId}-${partition}`;
}
