import type { FollowedPartition } from './followed-partition.ts';
import { type FetchChanges, type FollowerFetch, keyOf, type SessionKey } from './follower-fetch-session.ts';

/** Whether a partition is asked for just now. */
type Status =
  | { readonly kind: 'fetching' }
  | { readonly kind: 'paused'; readonly untilMs: number }
  /** Until the metadata says something new. */
  | { readonly kind: 'halted' }
  | { readonly kind: 'removed' };

/** A partition on the agenda of a fetcher. */
export interface Followed {
  readonly partition: FollowedPartition;
  readonly status: Status;
  /** How much less it has than its leader has committed; null until that was told. */
  lag: number | null;
  /** How often the leader has refused it since it last gave something. */
  refusals: number;
}

interface AgendaEntry extends Followed {
  status: Status;
}

/**
 * What a fetcher asks for next. It keeps account of what changes, so that a round costs as much as partitions have
 * moved, not as many as are followed.
 */
export class FetchAgenda {
  readonly #followed = new Map<string, AgendaEntry>();
  /** Those whose position may have changed since they were asked for. */
  readonly #changed = new Set<Followed>();
  /** Those that are to be asked for no longer. */
  readonly #unwanted = new Map<string, SessionKey>();
  readonly #paused = new Set<AgendaEntry>();
  #fetching = 0;

  get isEmpty(): boolean {
    return this.#followed.size === 0;
  }

  /** Whether there is anything to ask for. */
  get isDue(): boolean {
    return this.#fetching > 0;
  }

  get(key: SessionKey): Followed | undefined {
    return this.#followed.get(keyOf(key));
  }

  *fetching(): Generator<Followed> {
    for (const entry of this.#followed.values()) if (entry.status.kind === 'fetching') yield entry;
  }

  /** Of the partition that is furthest behind its leader. */
  get maxLag(): number {
    let most = 0;
    for (const { lag } of this.#followed.values()) most = Math.max(most, lag ?? 0);
    return most;
  }

  /** Those that are not asked for until the metadata says something new. */
  get haltedCount(): number {
    let count = 0;
    for (const { status } of this.#followed.values()) if (status.kind === 'halted') count += 1;
    return count;
  }

  /** Adds a partition, or has one begin anew. */
  add(partition: FollowedPartition): void {
    this.remove(partition);
    const entry: AgendaEntry = { partition, status: HALTED, lag: null, refusals: 0 };
    this.#followed.set(keyOf(partition), entry);
    // An earlier fetcher of the partition may have an append on its way.
    partition.onMoved(() => this.moved(entry));
    this.#resume(entry);
  }

  remove(key: SessionKey): void {
    const entry = this.#followed.get(keyOf(key));
    if (entry === undefined) return;
    this.#stop(entry, { kind: 'removed' });
    this.#followed.delete(keyOf(key));
  }

  clear(): void {
    for (const { partition } of [...this.#followed.values()]) this.remove(partition);
  }

  /** Something was done with it: its position may be another. */
  moved(followed: Followed): void {
    if (followed.status.kind === 'fetching') this.#changed.add(followed);
  }

  pause(followed: Followed, untilMs: number): void {
    this.#stop(followed, { kind: 'paused', untilMs });
  }

  halt(followed: Followed): void {
    this.#stop(followed, HALTED);
  }

  endPauses(nowMs: number): void {
    if (this.#paused.size === 0) return;
    for (const entry of [...this.#paused]) {
      if (entry.status.kind === 'paused' && entry.status.untilMs <= nowMs) this.#resume(entry);
    }
  }

  /** When the next pause ends; null without any. */
  get nextPauseEndMs(): number | null {
    if (this.#paused.size === 0) return null;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { status } of this.#paused) {
      if (status.kind === 'paused') nextMs = Math.min(nextMs, status.untilMs);
    }
    return nextMs;
  }

  /** What has changed and was not taken yet, up to `most` partitions; for a session that begins all have changed. */
  takeChanges(isNewSession: boolean, most = Number.POSITIVE_INFINITY): FetchChanges {
    if (isNewSession) for (const entry of this.fetching()) this.#changed.add(entry);
    const wanted: FollowerFetch[] = [];
    for (const entry of this.#changed) {
      if (wanted.length === most) break;
      this.#changed.delete(entry);
      if (entry.status.kind === 'fetching') wanted.push(fetchOf(entry.partition));
    }
    const unwanted = [...this.#unwanted.values()];
    this.#unwanted.clear();
    return { wanted, unwanted };
  }

  /** Whether there is more than was taken. */
  get hasChanges(): boolean {
    return this.#changed.size > 0;
  }

  #resume(entry: AgendaEntry): void {
    entry.status = FETCHING;
    this.#fetching += 1;
    this.#paused.delete(entry);
    this.#changed.add(entry);
    this.#unwanted.delete(keyOf(entry.partition));
  }

  #stop(entry: AgendaEntry, status: Exclude<Status, { kind: 'fetching' }>): void {
    if (entry.status.kind === 'removed') return;
    if (entry.status.kind === 'fetching') {
      this.#fetching -= 1;
      this.#changed.delete(entry);
      this.#unwanted.set(keyOf(entry.partition), entry.partition);
    }
    entry.status = status;
    if (status.kind === 'paused') this.#paused.add(entry);
    else this.#paused.delete(entry);
  }
}

const FETCHING: Status = { kind: 'fetching' };
const HALTED: Exclude<Status, { kind: 'fetching' }> = { kind: 'halted' };

function fetchOf(partition: FollowedPartition): FollowerFetch {
  return {
    topicId: partition.topicId,
    partition: partition.partition,
    leaderEpoch: partition.leaderEpoch,
    fetchOffset: partition.acknowledgedEndOffset,
    lastFetchedEpoch: partition.latestEpoch,
    logStartOffset: partition.logStartOffset,
    highWatermark: partition.highWatermark,
  };
}
