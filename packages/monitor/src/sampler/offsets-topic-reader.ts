import type { ClusterMetadata } from '../cluster-client/cluster-metadata.ts';
import { type FetchedPartition, fetchRecords } from '../cluster-client/fetch-records.ts';
import type { KafkaLibrary } from '../cluster-client/kafka-library.ts';
import type { KafkaRequests } from '../cluster-client/kafka-requests.ts';
import { listOffsets } from '../cluster-client/list-offsets.ts';
import { type GroupRecords, groupRecordsIn } from '../rebalances/group-records.ts';
import type { ReadingPositions } from '../store/window-store.ts';
import type { OffsetEvent } from './cluster-sample.ts';
import { CommitRecords } from './commit-records.ts';

export const OFFSETS_TOPIC = '__consumer_offsets';

/** What reading the offsets topic as far as it goes gave. */
export type OffsetsTopicRead =
  | {
      readonly kind: 'read';
      readonly events: readonly OffsetEvent[];
      readonly groupRecords: readonly GroupRecords[];
      /** False: there is more, the next call goes on. */
      readonly isCaughtUp: boolean;
      /** Where a reader after a restart begins. */
      readonly positions: ReadingPositions | null;
    }
  | { readonly kind: 'forbidden' };

interface ReadSoFar {
  readonly events: OffsetEvent[];
  readonly groupRecords: GroupRecords[];
}

/** A first reading goes back this many records per partition at most: windows need the newest commits only. */
const BACKFILL_RECORDS_MAX = 200_000;

/** One call reads at most this often, so that a long topic delays no tick for long. */
const ROUNDS_MAX = 40;

const PARTITION_BYTES_MAX = 512 * 1024;

/** Reads commits where they are kept, with the time of each. It joins no group and commits nothing. */
export class OffsetsTopicReader {
  readonly #library: KafkaLibrary;
  readonly #requests: KafkaRequests;
  #topicId: string | null;
  readonly #nextOffsets: Map<number, number>;
  readonly #records = new Map<number, CommitRecords>();

  /** `positions` are those of an earlier reader; null begins anew. */
  constructor(library: KafkaLibrary, requests: KafkaRequests, positions: ReadingPositions | null) {
    this.#library = library;
    this.#requests = requests;
    this.#topicId = positions?.topicId ?? null;
    this.#nextOffsets = new Map(positions?.nextOffsets);
  }

  /** Reads every partition up to its end. A partition whose leader fails is tried again by the next call. */
  async readToEnd(metadata: ClusterMetadata): Promise<OffsetsTopicRead> {
    const topic = metadata.topics.get(OFFSETS_TOPIC);
    if (topic === undefined) {
      return { kind: 'read', events: [], groupRecords: [], isCaughtUp: true, positions: null };
    }
    this.#followTopicId(topic.topicId ?? '');
    const partitions = topic.partitions.map(({ partition }) => partition);
    await this.#placeNew(metadata, partitions);
    const read: ReadSoFar = { events: [], groupRecords: [] };
    let behind = partitions.filter((partition) => this.#nextOffsets.has(partition));
    for (let round = 0; behind.length > 0 && round < ROUNDS_MAX; round += 1) {
      const fetched = await fetchRecords(this.#library, this.#requests, metadata, {
        topic: OFFSETS_TOPIC,
        positions: behind.map((partition) => ({ partition, offset: this.#nextOffsets.get(partition) ?? 0 })),
        partitionBytesMax: PARTITION_BYTES_MAX,
      });
      if ([...fetched.values()].some(({ error }) => error === 'TOPIC_AUTHORIZATION_FAILED')) {
        return { kind: 'forbidden' };
      }
      behind = behind.filter((partition) => this.#take(partition, fetched.get(partition), read));
    }
    return { kind: 'read', ...read, isCaughtUp: behind.length === 0, positions: this.#positions() };
  }

  /** A topic of another id is another topic: the old positions mean nothing in it. */
  #followTopicId(topicId: string): void {
    if (this.#topicId !== topicId) {
      this.#topicId = topicId;
      this.#nextOffsets.clear();
      this.#records.clear();
    }
  }

  async #placeNew(metadata: ClusterMetadata, partitions: readonly number[]): Promise<void> {
    if (partitions.every((partition) => this.#nextOffsets.has(partition))) {
      return;
    }
    const [earliest, latest] = await Promise.all([
      listOffsets(this.#requests, metadata, 'earliest', [OFFSETS_TOPIC]),
      listOffsets(this.#requests, metadata, 'latest', [OFFSETS_TOPIC]),
    ]);
    for (const partition of partitions) {
      const start = earliest.offsets.get(OFFSETS_TOPIC, partition);
      const end = latest.offsets.get(OFFSETS_TOPIC, partition);
      if (!this.#nextOffsets.has(partition) && start !== undefined && end !== undefined) {
        this.#nextOffsets.set(partition, Math.max(start, end - BACKFILL_RECORDS_MAX));
      }
    }
  }

  /** Takes one fetch's batches in; true when there is more to read. */
  #take(partition: number, fetched: FetchedPartition | undefined, read: ReadSoFar): boolean {
    if (fetched?.error === 'OFFSET_OUT_OF_RANGE') {
      // Cleaned away, or truncated, since: begin anew with the next call.
      this.#nextOffsets.delete(partition);
      this.#records.delete(partition);
    }
    if (fetched === undefined || fetched.error !== null) {
      return false;
    }
    const position = this.#nextOffsets.get(partition) ?? 0;
    const records = this.#records.get(partition) ?? new CommitRecords();
    this.#records.set(partition, records);
    let next = position;
    for (const batch of fetched.batches) {
      // The first batch may begin before the position: brokers send it whole.
      const unread = batch.records.filter(({ offset }) => offset >= position);
      read.events.push(...records.read({ ...batch, records: unread }));
      const ofGroups = groupRecordsIn({ ...batch, records: unread });
      if (ofGroups !== null) read.groupRecords.push(ofGroups);
      next = Math.max(next, batch.nextOffset);
    }
    this.#nextOffsets.set(partition, next);
    return next > position && next < (fetched.highWatermark ?? 0);
  }

  #positions(): ReadingPositions | null {
    return this.#topicId === null
      ? null
      : {
          topicId: this.#topicId,
          nextOffsets: new Map(
            [...this.#nextOffsets].map(([partition, next]) => [
              partition,
              this.#records.get(partition)?.restartOffset(next) ?? next,
            ]),
          ),
        };
  }
}
