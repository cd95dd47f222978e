import { ErrorCode, errorOf } from '../protocol/errors.ts';
import type { Decoded } from '../protocol/message.ts';
import { fetchRequest } from '../protocol/messages/fetch-request.ts';
import { fetchResponse } from '../protocol/messages/fetch-response.ts';
import type { PeerAnswer, PeerChannel } from '../protocol/peer-channel.ts';
import { baseOffsetAt, batchesIn, leaderEpochAt } from '../protocol/record-batch.ts';
import type { ReplicationQuota } from '../quotas/replication-quota.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import { DiskError } from '../runtime/disk.ts';
import type { Logger } from '../runtime/logger.ts';
import { isPassing } from '../runtime/passing-error.ts';
import { FetchAgenda, type Followed } from './fetch-agenda.ts';
import type { FollowedPartition } from './followed-partition.ts';
import { type FollowerFetch, FollowerFetchSession } from './follower-fetch-session.ts';
import { beginsWithin, compareEnds, type FetchedPartition, followerStep } from './follower-step.ts';
import { leaderEnds } from './leader-ends.ts';

/** Kafka's `replica.fetch.*`. */
export interface ReplicaFetchSettings {
  readonly waitMaxMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly responseMaxBytes: number;
  readonly backoffMs: number;
  /** `replica.socket.timeout.ms`. */
  readonly requestTimeoutMs: number;
}

export interface ReplicaFetcherOptions {
  readonly leaderId: number;
  readonly channel: PeerChannel;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: ReplicaFetchSettings;
  readonly replicaId: number;
  /** The epoch of this broker's registration. */
  readonly replicaEpoch: () => number;
  /** Of what throttled followers read. */
  readonly quota: ReplicationQuota;
}

const FETCH_VERSION = 18;

/** Most partitions that one fetch names: thousands at once would keep the leader, and us, from everything else. */
const NAMED_AT_ONCE = 1000;

/**
 * After how long a partition is asked for again that its leader refused once; each time it takes twice as long, up to
 * `replica.fetch.backoff.ms`. Who follows a new partition has often heard of it before its leader has.
 */
const FIRST_PAUSE_MS = 20;

/** How long a partition that is throttled waits until it is looked at again. */
const THROTTLE_MS = 100;

const SESSION_ERRORS: ReadonlySet<number> = new Set([
  ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
  ErrorCode.INVALID_FETCH_SESSION_EPOCH,
  ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR,
]);

type FetchAnswer = Extract<PeerAnswer<typeof fetchResponse>, { kind: 'answered' }>;
type PartitionAnswer = Decoded<typeof fetchResponse>['responses'][number]['partitions'][number];

/**
 * Follows all partitions that one other broker leads: asks for what is next, writes it, asks again; by asking it
 * acknowledges. A partition that cannot go on pauses by itself and holds up no other.
 */
export class ReplicaFetcher {
  readonly #options: ReplicaFetcherOptions;
  readonly #session: FollowerFetchSession;
  readonly #agenda = new FetchAgenda();
  #wake: () => void = () => {};
  #isClosed = false;
  #running: Promise<void> | null = null;

  constructor(options: ReplicaFetcherOptions) {
    this.#options = options;
    this.#session = new FollowerFetchSession(options.settings.maxBytes);
  }

  get isIdle(): boolean {
    return this.#agenda.isEmpty;
  }

  /** How far its partitions are behind at most, and how many of them it has had to give up for now. */
  get state(): { readonly maxLag: number; readonly halted: number } {
    return { maxLag: this.#agenda.maxLag, halted: this.#agenda.haltedCount };
  }

  /** Follows a partition from where its log ends; or goes on with one that is followed already, in a new epoch. */
  follow(partition: FollowedPartition): void {
    this.#agenda.add(partition);
    this.#running ??= this.#run();
    this.#wake();
  }

  /** From here on nothing more is asked for; what is on its way is not taken. */
  unfollow(topicId: string, partition: number): void {
    this.#agenda.remove({ topicId, partition });
  }

  /** Resolves when nothing is under way any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#agenda.clear();
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#isClosed) {
      this.#agenda.endPauses(clock.monotonicMs());
      this.#throttle();
      if (this.#agenda.isDue) await this.#round();
      else await this.#untilWoken();
    }
  }

  /** Those that are throttled wait while the quota is exceeded; not so who is in sync. */
  #throttle(): void {
    const { quota } = this.#options;
    if (!quota.isExceeded) return;
    for (const followed of [...this.#agenda.fetching()]) {
      if (followed.lag !== 0 && quota.isThrottled(followed.partition)) this.#pause(followed, THROTTLE_MS);
    }
  }

  #untilWoken(): Promise<void> {
    const { clock } = this.#options;
    let timer: Timer | null = null;
    const untilMs = this.#agenda.nextPauseEndMs;
    return new Promise((resolve) => {
      this.#wake = () => {
        timer?.cancel();
        this.#wake = () => {};
        resolve();
      };
      if (untilMs === null) return;
      timer = clock.after(Math.max(0, untilMs - clock.monotonicMs()), () => this.#wake());
    });
  }

  async #round(): Promise<void> {
    const answer = await this.#ask();
    if (answer === null) {
      for (const followed of [...this.#agenda.fetching()]) this.#pause(followed);
      return;
    }
    const steps: Promise<void>[] = [];
    for (const { topicId, partitions } of answer.body.responses) {
      for (const fetched of partitions) {
        const key = { topicId, partition: fetched.partitionIndex };
        const followed = this.#agenda.get(key);
        const fetch = this.#session.asked(key);
        if (followed === undefined || fetch === undefined) continue;
        // It may have moved, or be followed in another epoch, since it was asked for.
        if (!isAsAsked(followed.partition, fetch)) this.#agenda.moved(followed);
        else steps.push(this.#take(followed, fetched));
      }
    }
    await Promise.all(steps);
    // All of it is written, or will not be.
    answer.letGo?.();
  }

  /** Null when there is nothing to be had from the leader just now. */
  async #ask(): Promise<FetchAnswer | null> {
    const { channel, settings, replicaId, replicaEpoch, leaderId, logger } = this.#options;
    // A session that nobody keeps has to be named whole, every time.
    const most = this.#session.isRefused ? Number.POSITIVE_INFINITY : NAMED_AT_ONCE;
    const round = this.#session.next(this.#agenda.takeChanges(this.#session.isNew, most));
    const answer = await channel.ask({
      request: fetchRequest,
      response: fetchResponse,
      version: FETCH_VERSION,
      body: {
        replicaState: { replicaId, replicaEpoch: replicaEpoch() },
        maxWaitMs: this.#agenda.hasChanges ? 0 : settings.waitMaxMs,
        minBytes: settings.minBytes,
        maxBytes: settings.responseMaxBytes,
        ...round,
      },
      timeoutMs: settings.requestTimeoutMs,
    });
    if (answer.kind === 'unanswered') {
      this.#session.reset();
      if (!this.#isClosed)
        logger.warn({ leader: leaderId, reason: answer.reason }, 'a leader did not answer');
      return null;
    }
    const { errorCode, sessionId } = answer.body;
    if (errorCode === ErrorCode.NONE) {
      this.#session.answered(sessionId);
      return answer;
    }
    this.#session.reset();
    // The session is gone, the leader is not: all partitions are asked for at once, in a new one.
    if (SESSION_ERRORS.has(errorCode)) return { ...answer, body: { ...answer.body, responses: [] } };
    logger.warn({ leader: leaderId, error: errorOf(errorCode).name }, 'a leader refused to be followed');
    return null;
  }

  async #take(followed: Followed, fetched: PartitionAnswer): Promise<void> {
    try {
      await this.#carryOut(followed, fetched);
      this.#agenda.moved(followed);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.#report(followed, error.code, 'a follower cannot change its log');
      // A disk that was only full may have space again.
      if (isPassing(error)) this.#pause(followed);
      else this.#agenda.halt(followed);
    }
  }

  async #carryOut(followed: Followed, fetched: PartitionAnswer): Promise<void> {
    const { partition } = followed;
    const step = followerStep(partition, fetchedFrom(fetched));
    switch (step.kind) {
      case 'append':
        return this.#append(followed, step);
      case 'truncate':
        this.#report(followed, `${step.offset}`, 'a follower cuts off what its leader does not have');
        return partition.truncateTo(step.offset);
      case 'compare-ends':
        return this.#compareEnds(followed);
      case 'pause':
        this.#pause(followed, this.#patienceWith(followed));
        return undefined;
      case 'await-metadata':
        this.#agenda.halt(followed);
    }
  }

  async #append(
    followed: Followed,
    step: { readonly records: Uint8Array; readonly highWatermark: number; readonly logStartOffset: number },
  ): Promise<void> {
    const { partition } = followed;
    const { leaderEpoch } = partition;
    // The leader may be in a later epoch already, of which the metadata has not told yet: that is waited for.
    const records = upToEpoch(step.records, leaderEpoch);
    if (records.length === 0 && step.records.length > 0) {
      this.#pause(followed);
      return;
    }
    if (records.length > 0) {
      // The leader's log may begin within a batch, of which some records are deleted: a copy begins with all of it.
      if (beginsWithin(records, partition)) await partition.startAt(baseOffsetAt(records));
      if (partition.leaderEpoch !== leaderEpoch) return;
      const outcome = partition.append(records);
      const errorCode = outcome.kind === 'rejected' ? outcome.errorCode : await outcome.completion;
      if (errorCode !== ErrorCode.NONE) {
        this.#report(followed, errorOf(errorCode).name, 'a follower cannot take over what its leader has');
        this.#pause(followed);
        return;
      }
    }
    this.#options.quota.note(partition, records.length);
    followed.refusals = 0;
    followed.lag = Math.max(0, step.highWatermark - partition.logEndOffset);
    if (partition.leaderEpoch === leaderEpoch) partition.tookOver(step);
  }

  async #compareEnds(followed: Followed): Promise<void> {
    const { partition } = followed;
    const { channel, replicaId, settings } = this.#options;
    const { leaderEpoch } = partition;
    const ends = await leaderEnds(channel, { partition, replicaId, timeoutMs: settings.requestTimeoutMs });
    if (ends === null || partition.leaderEpoch !== leaderEpoch) {
      this.#pause(followed);
      return;
    }
    const compared = compareEnds(partition, ends);
    if (compared.kind === 'go-on') return;
    this.#report(followed, `${compared.offset}`, 'the end of a log is not in its leader’s');
    await (compared.kind === 'truncate'
      ? partition.truncateTo(compared.offset)
      : partition.startAt(compared.offset));
  }

  #patienceWith(followed: Followed): number {
    const pauseMs = FIRST_PAUSE_MS * 2 ** followed.refusals;
    followed.refusals += 1;
    return Math.min(pauseMs, this.#options.settings.backoffMs);
  }

  #pause(followed: Followed, forMs = this.#options.settings.backoffMs): void {
    this.#agenda.pause(followed, this.#options.clock.monotonicMs() + forMs);
  }

  #report({ partition: { topic, partition } }: Followed, detail: string, text: string): void {
    this.#options.logger.warn({ topic, partition, leader: this.#options.leaderId, detail }, text);
  }
}

function isAsAsked(partition: FollowedPartition, fetch: FollowerFetch): boolean {
  return partition.leaderEpoch === fetch.leaderEpoch && partition.acknowledgedEndOffset === fetch.fetchOffset;
}

function fetchedFrom(answer: PartitionAnswer): FetchedPartition {
  const { epoch, endOffset } = answer.divergingEpoch;
  return {
    errorCode: answer.errorCode,
    highWatermark: answer.highWatermark,
    logStartOffset: answer.logStartOffset,
    divergingEpoch: epoch < 0 && endOffset < 0 ? null : { epoch, endOffset },
    records: answer.records ?? new Uint8Array(0),
  };
}

/** The whole batches at the beginning that are not of a later epoch. */
function upToEpoch(records: Uint8Array, leaderEpoch: number): Uint8Array {
  let end = 0;
  for (const batch of batchesIn(records)) {
    if (leaderEpochAt(batch) > leaderEpoch) break;
    end += batch.length;
  }
  return records.subarray(0, end);
}
