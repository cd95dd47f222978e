import { ErrorCode, errorOf } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { assignReplicasToDirsRequest } from '../protocol/messages/assign-replicas-to-dirs-request.ts';
import { assignReplicasToDirsResponse } from '../protocol/messages/assign-replicas-to-dirs-response.ts';
import type { PeerChannel } from '../protocol/peer-channel.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';

export interface DirectoryAssignmentsNeeds {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The way to the controller. */
  readonly controller: PeerChannel;
  readonly brokerId: number;
  /** Of this broker's registration as it is now. */
  readonly brokerEpoch: () => number;
}

interface Assignment {
  readonly topicId: string;
  readonly partition: number;
  readonly directoryId: string;
  readonly settle: (isAccepted: boolean) => void;
}

type Directories = NonNullable<Encodable<typeof assignReplicasToDirsRequest>['directories']>;

const VERSION = 0;
const TIMEOUT_MS = 30_000;
const RETRY_MS = 100;
/** Of one request; the rest follows with the next. */
const ASSIGNMENTS_MAX = 2000;

/**
 * Tells the controller in which of this broker's log directories replicas lie (KIP-858). One request is under way at a
 * time, and what it did not answer is asked again.
 */
export class DirectoryAssignments {
  readonly #needs: DirectoryAssignmentsNeeds;
  /** By partition: not told yet. */
  readonly #waiting = new Map<string, Assignment>();
  #isAsking = false;
  #retry: Timer | null = null;
  #isClosed = false;

  constructor(needs: DirectoryAssignmentsNeeds) {
    this.#needs = needs;
  }

  /** Whether the controller has noted it; not so where it knows no such replica, or another directory came after. */
  assign(
    { topicId, partition }: { readonly topicId: string; readonly partition: number },
    directoryId: string,
  ): Promise<boolean> {
    return new Promise((settle) => {
      if (this.#isClosed) return settle(false);
      this.#wait({ topicId, partition, directoryId, settle });
      this.#askSoon();
    });
  }

  /** Nothing is told any more. */
  close(): void {
    this.#isClosed = true;
    this.#retry?.cancel();
    for (const { settle } of this.#waiting.values()) settle(false);
    this.#waiting.clear();
  }

  /** Of two for one partition the later counts. */
  #wait(assignment: Assignment): void {
    const key = keyOf(assignment);
    this.#waiting.get(key)?.settle(false);
    this.#waiting.set(key, assignment);
  }

  #askSoon(): void {
    if (this.#isAsking || this.#isClosed || this.#retry !== null || this.#waiting.size === 0) return;
    this.#isAsking = true;
    this.#needs.clock.soon(() => void this.#ask());
  }

  async #ask(): Promise<void> {
    const asked = [...this.#waiting.values()].slice(0, ASSIGNMENTS_MAX);
    for (const assignment of asked) this.#waiting.delete(keyOf(assignment));
    const { controller, brokerId, brokerEpoch, logger } = this.#needs;
    const answer = await controller.ask({
      request: assignReplicasToDirsRequest,
      response: assignReplicasToDirsResponse,
      version: VERSION,
      body: { brokerId, brokerEpoch: brokerEpoch(), directories: directoriesOf(asked) },
      timeoutMs: TIMEOUT_MS,
    });
    this.#isAsking = false;
    if (answer.kind === 'answered' && answer.body.errorCode === ErrorCode.NONE) take(asked, answer.body);
    else {
      const reason = answer.kind === 'answered' ? errorOf(answer.body.errorCode).name : answer.reason;
      if (!this.#isClosed)
        logger.info({ partitions: asked.length, reason }, 'log directories are told again');
      this.#askAgain(asked);
    }
    this.#askSoon();
  }

  #askAgain(assignments: readonly Assignment[]): void {
    for (const assignment of assignments) {
      if (this.#isClosed || this.#waiting.has(keyOf(assignment))) assignment.settle(false);
      else this.#wait(assignment);
    }
    if (this.#isClosed) return;
    this.#retry ??= this.#needs.clock.after(RETRY_MS, () => {
      this.#retry = null;
      this.#askSoon();
    });
  }
}

function take(asked: readonly Assignment[], answer: Decoded<typeof assignReplicasToDirsResponse>): void {
  const accepted = new Set<string>();
  for (const { topics } of answer.directories) {
    for (const { topicId, partitions } of topics) {
      for (const { partitionIndex: partition, errorCode } of partitions) {
        if (errorCode === ErrorCode.NONE) accepted.add(keyOf({ topicId, partition }));
      }
    }
  }
  for (const assignment of asked) assignment.settle(accepted.has(keyOf(assignment)));
}

function directoriesOf(asked: readonly Assignment[]): Directories {
  return [...Map.groupBy(asked, ({ directoryId }) => directoryId)].map(([id, inDirectory]) => ({
    id,
    topics: [...Map.groupBy(inDirectory, ({ topicId }) => topicId)].map(([topicId, ofTopic]) => ({
      topicId,
      partitions: ofTopic.map(({ partition }) => ({ partitionIndex: partition })),
    })),
  }));
}

function keyOf({ topicId, partition }: { readonly topicId: string; readonly partition: number }): string {
  return `${topicId}-${partition}`;
}
