import type { DecidedTransaction, Decision, Instant, ReplyTo } from '../coordination/coordinator-machine.ts';
import type { TimelineMap } from '../coordination/timeline.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { type ClassicGroup, newClassicGroup } from './classic/classic-group.ts';
import { validateConsumerFetch } from './consumer/consumer-commit.ts';
import type { Group } from './group.ts';
import type { GroupClient } from './group-client.ts';
import type { GroupConfig } from './group-config.ts';
import { offsetTombstone } from './group-records.ts';
import type { GroupResult } from './group-result.ts';
import {
  commitOffsets,
  type OffsetCommitRequest,
  type OffsetCommitResponse,
  validateCommit,
} from './offset-commit.ts';
import {
  deleteOffsets,
  type OffsetDeleteRequest,
  type OffsetDeleteResponse,
  validateOffsetDelete,
} from './offset-delete.ts';
import {
  type FetchedTopic,
  fetchAllOffsets,
  fetchOffsets,
  type OffsetFetch,
  type OffsetView,
} from './offset-fetch.ts';
import type { OffsetStore } from './offset-store.ts';
import {
  commitInTransaction,
  type TxnOffsetCommitRequest,
  type TxnOffsetCommitResponse,
  validateTransactionalCommit,
} from './transactional-commit.ts';

/** A commit with the transaction that it is part of. */
export interface TransactionalCommit {
  readonly transaction: DecidedTransaction;
  readonly client: GroupClient;
  readonly now: Instant;
  readonly replyTo: ReplyTo<TxnOffsetCommitResponse>;
}

export interface GroupOffsetsOptions {
  readonly config: GroupConfig;
  /** The id of the topic of this name in the metadata. */
  readonly topicIdOf: (name: string) => string | undefined;
  readonly groups: TimelineMap<string, Group>;
  readonly offsets: OffsetStore;
  /** A member of a classic group has given a sign of life. */
  readonly heardOf: (group: ClassicGroup, memberId: string, now: Instant) => void;
}

/** What clients have the groups of one partition of `__consumer_offsets` do with offsets. */
export class GroupOffsets {
  readonly #config: GroupConfig;
  readonly #topicIdOf: GroupOffsetsOptions['topicIdOf'];
  readonly #groups: TimelineMap<string, Group>;
  readonly #offsets: OffsetStore;
  readonly #heardOf: GroupOffsetsOptions['heardOf'];

  constructor({ config, topicIdOf, groups, offsets, heardOf }: GroupOffsetsOptions) {
    this.#config = config;
    this.#topicIdOf = topicIdOf;
    this.#groups = groups;
    this.#offsets = offsets;
    this.#heardOf = heardOf;
  }

  commit(
    request: OffsetCommitRequest,
    { client, now, replyTo }: { client: GroupClient; now: Instant; replyTo: ReplyTo<OffsetCommitResponse> },
  ): Decision {
    const { groupId } = request;
    const group = this.#groups.get(groupId);
    const errorCode = validateCommit(group, request, client.apiVersion);
    if (errorCode !== ErrorCode.NONE) return { records: [], answers: [replyTo.refuse(errorCode)] };
    if (group?.type === 'classic') this.#heardOf(group, request.memberId, now);
    const { offsetMetadataMaxBytes: metadataMaxBytes } = this.#config;
    const { offsets, records, response } = commitOffsets(request, { metadataMaxBytes, now });
    // A group is there because of what the log holds of it.
    if (group === undefined && offsets.length > 0) {
      this.#groups.set(groupId, newClassicGroup(groupId, now.wallMs));
    }
    for (const { key, offset } of offsets) this.#offsets.set(key, offset);
    return { records: [...records], answers: [replyTo.answer(response)] };
  }

  /** Stores offsets that count when the producer's transaction is committed. */
  commitInTransaction(
    request: TxnOffsetCommitRequest,
    { transaction, client, now, replyTo }: TransactionalCommit,
  ): Decision {
    const { groupId } = request;
    const group = this.#groups.get(groupId);
    const errorCode = validateTransactionalCommit(group, request, client.apiVersion);
    if (errorCode !== ErrorCode.NONE) return { records: [], answers: [replyTo.refuse(errorCode)] };
    const { offsetMetadataMaxBytes: metadataMaxBytes } = this.#config;
    const { offsets, records, response } = commitInTransaction(request, { metadataMaxBytes, now });
    if (group === undefined && offsets.length > 0) {
      this.#groups.set(groupId, newClassicGroup(groupId, now.wallMs));
    }
    for (const { key, offset } of offsets) this.#offsets.setPending(transaction.producerId, key, offset);
    return { records: [...records], transaction, answers: [replyTo.answer(response)] };
  }

  delete(request: OffsetDeleteRequest, replyTo: ReplyTo<OffsetDeleteResponse>): Decision {
    const group = this.#groups.get(request.groupId);
    const errorCode = validateOffsetDelete(group);
    if (group === undefined || errorCode !== ErrorCode.NONE) {
      return { records: [], answers: [replyTo.refuse(errorCode)] };
    }
    const { deleted, response } = deleteOffsets(group, this.#offsets, request);
    for (const key of deleted) this.#offsets.delete(key);
    return { records: deleted.map(offsetTombstone), answers: [replyTo.answer(response)] };
  }

  /** Offsets of the topics asked for, or of all topics for null. */
  fetch({ groupId, member, topics }: OffsetFetch, view: OffsetView): GroupResult<FetchedTopic[]> {
    const group = view === 'latest' ? this.#groups.get(groupId) : this.#groups.getCommitted(groupId);
    const errorCode =
      group?.type === 'consumer' ? validateConsumerFetch(group, member, view) : ErrorCode.NONE;
    if (errorCode !== ErrorCode.NONE) return { kind: 'refused', errorCode };
    const source = { offsets: this.#offsets, topicIdOf: this.#topicIdOf };
    const value =
      topics === null
        ? fetchAllOffsets(source, groupId, view)
        : fetchOffsets(source, { groupId, topics }, view);
    return { kind: 'ok', value };
  }
}
