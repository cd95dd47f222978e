import type { CoordinatorLog } from '../coordination/coordinator-log.ts';
import type { DecidedTransaction, TransactionEnd } from '../coordination/coordinator-machine.ts';
import { coordinatorPartition } from '../coordination/coordinator-partition.ts';
import { CoordinatorRuntime } from '../coordination/coordinator-runtime.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { CompressionType } from '../protocol/record-batch.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Random } from '../runtime/random.ts';
import type { JoinGroupRequest, JoinGroupResponse, SyncGroupResponse } from './classic/classic-group.ts';
import type { DescribedGroup, ListedGroup } from './classic/describe-group.ts';
import type { LeavingMember, MemberLeft } from './classic/leave-group.ts';
import type { SyncGroupRequest } from './classic/sync-group.ts';
import type { DescribedConsumerGroup } from './consumer/describe-consumer-group.ts';
import type { GroupTopics, Visibility } from './consumer/group-topics.ts';
import type { ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse } from './consumer/heartbeat.ts';
import { invalidHeartbeat } from './consumer/heartbeat-request.ts';
import type { GroupClient } from './group-client.ts';
import type { GroupConfig } from './group-config.ts';
import { GroupDeletion } from './group-deletion.ts';
import { type GroupCount, GroupMachine, type MemberIdentity } from './group-machine.ts';
import type { GroupResult } from './group-result.ts';
import { newMemberId } from './member-id.ts';
import type { OffsetCommitRequest, OffsetCommitResponse } from './offset-commit.ts';
import type { OffsetDeleteRequest, OffsetDeleteResponse } from './offset-delete.ts';
import type { FetchedTopic, OffsetFetch } from './offset-fetch.ts';
import {
  refuseCommit,
  type TxnOffsetCommitRequest,
  type TxnOffsetCommitResponse,
} from './transactional-commit.ts';

export interface GroupCoordinatorOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly config: GroupConfig;
  /** Partitions of `__consumer_offsets`, or those it will have. */
  readonly partitionCount: () => number;
  /** The id of the topic of this name in the newest metadata, `__consumer_offsets` included. */
  readonly topicIdOf: (name: string) => string | undefined;
  /** The topics that groups of the consumer protocol subscribe to. */
  readonly topics: GroupTopics;
  /** `offsets.commit.timeout.ms` */
  readonly commitTimeoutMs: number;
  /** `offsets.topic.compression.codec` */
  readonly compression: CompressionType;
  /** `group.coordinator.append.linger.ms`; null: it adapts. */
  readonly appendLingerMs: number | null;
}

/**
 * The groups whose partition of `__consumer_offsets` this broker leads. Every call answers with Kafka's error
 * codes and never rejects; a group of another broker is NOT_COORDINATOR.
 */
export class GroupCoordinator {
  readonly #options: GroupCoordinatorOptions;
  readonly #runtime: CoordinatorRuntime<GroupMachine>;

  constructor(options: GroupCoordinatorOptions) {
    this.#options = options;
    const { appendLingerMs, clock, commitTimeoutMs, compression, config, logger, topicIdOf, topics } =
      options;
    this.#runtime = new CoordinatorRuntime({
      clock,
      logger: logger.child({ room: 'groups' }),
      createMachine: () => new GroupMachine({ config, topicIdOf, topics }),
      writeTimeoutMs: commitTimeoutMs,
      compression,
      lingerMs: appendLingerMs,
    });
  }

  /** This broker leads a partition of `__consumer_offsets` in the epoch of `log`. Resolves once it is loaded. */
  elected(partition: number, log: CoordinatorLog): Promise<void> {
    return this.#runtime.elected(partition, log);
  }

  /** This broker no longer leads the partition; `leaderEpoch` is the epoch in which it learnt so. */
  resigned(partition: number, leaderEpoch: number): void {
    this.#runtime.resigned(partition, leaderEpoch);
  }

  /** Topics were deleted; what was committed for them goes too, even if one of the name is made again. */
  topicsDeleted(names: readonly string[]): void {
    this.#runtime.decideAll('topics deleted', (machine, now) => machine.topicsDeleted(names, now));
  }

  /** The metadata of this version has new topics, which regular expressions may match. */
  topicsCreated(version: number): void {
    this.#options.topics.topicsCreated(version);
  }

  close(): void {
    this.#runtime.close();
  }

  /** For measuring. */
  get runtime(): Pick<CoordinatorRuntime<GroupMachine>, 'tally' | 'load'> {
    return this.#runtime;
  }

  /** How many groups of each type are in which state, in the partitions that are loaded. */
  countGroups(): GroupCount[] {
    const counts = new Map<string, GroupCount>();
    const answer = (machine: GroupMachine) => machine.countGroups(counts);
    this.#runtime.readAll<void>({ answer, refusal: () => {} });
    return [...counts.values()];
  }

  partitionOf(groupId: string): number {
    return coordinatorPartition(groupId, this.#options.partitionCount());
  }

  /** `visible` says which topics the client may know of, for a regular expression may match others too. */
  async consumerGroupHeartbeat(
    request: ConsumerGroupHeartbeatRequest,
    client: GroupClient,
    visible: Visibility,
  ): Promise<ConsumerGroupHeartbeatResponse> {
    const { config, random } = this.#options;
    const invalid = invalidHeartbeat(request, client.apiVersion, config.consumer.assignors);
    if (invalid !== null) return { errorCode: invalid.errorCode, errorMessage: invalid.message };
    return this.#runtime.write(this.partitionOf(request.groupId), {
      name: 'ConsumerGroupHeartbeat',
      decide: (machine, now, replyTo) =>
        machine.consumerHeartbeat({ request, client, visible, newMemberId: random.uuid() }, replyTo, now),
      refusal: (errorCode) => ({ errorCode }),
    });
  }

  async joinGroup(request: JoinGroupRequest, client: GroupClient): Promise<JoinGroupResponse> {
    const { config, random } = this.#options;
    const refusal = (errorCode: number, memberId = ''): JoinGroupResponse => ({
      errorCode,
      memberId,
      protocolName: null,
    });
    if (request.groupId === '') return refusal(ErrorCode.INVALID_GROUP_ID, request.memberId);
    if (
      request.sessionTimeoutMs < config.minSessionTimeoutMs ||
      request.sessionTimeoutMs > config.maxSessionTimeoutMs
    ) {
      return refusal(ErrorCode.INVALID_SESSION_TIMEOUT, request.memberId);
    }
    return this.#runtime.write(this.partitionOf(request.groupId), {
      name: 'JoinGroup',
      decide: (machine, now, replyTo) =>
        machine.join(
          {
            request,
            client,
            replyTo,
            newMemberId: newMemberId(request.groupInstanceId ?? client.clientId, random),
          },
          now,
        ),
      refusal: (errorCode) => refusal(errorCode),
    });
  }

  async syncGroup(request: SyncGroupRequest): Promise<SyncGroupResponse> {
    if (request.groupId === '') return { errorCode: ErrorCode.INVALID_GROUP_ID };
    return this.#runtime.write(this.partitionOf(request.groupId), {
      name: 'SyncGroup',
      decide: (machine, now, replyTo) => machine.sync(request, replyTo, now),
      refusal: (errorCode) => ({ errorCode }),
    });
  }

  /** Resolves with the error code. While the group is loaded members are told that all is well. */
  async heartbeat(groupId: string, identity: MemberIdentity): Promise<number> {
    if (groupId === '') return ErrorCode.INVALID_GROUP_ID;
    const errorCode = await this.#runtime.write<number>(this.partitionOf(groupId), {
      name: 'Heartbeat',
      decide: (machine, now, replyTo) => ({
        records: [],
        answers: [replyTo.answer(machine.heartbeat(groupId, identity, now))],
      }),
      refusal: (refused) => refused,
    });
    return errorCode === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS ? ErrorCode.NONE : errorCode;
  }

  async leaveGroup(
    groupId: string,
    leaving: readonly LeavingMember[],
  ): Promise<GroupResult<readonly MemberLeft[]>> {
    if (groupId === '') return refused(ErrorCode.INVALID_GROUP_ID);
    return this.#runtime.write<GroupResult<readonly MemberLeft[]>>(this.partitionOf(groupId), {
      name: 'LeaveGroup',
      decide: (machine, now, replyTo) =>
        machine.leave(
          groupId,
          leaving,
          {
            answer: (left) => replyTo.answer({ kind: 'ok', value: left }),
            refuse: (errorCode) => replyTo.refuse(errorCode),
          },
          now,
        ),
      refusal: refused,
    });
  }

  /** The topics of the request exist. The empty group id is a group like any other here, as ever. */
  commitOffsets(request: OffsetCommitRequest, client: GroupClient): Promise<OffsetCommitResponse> {
    return this.#runtime.write(this.partitionOf(request.groupId), {
      name: 'OffsetCommit',
      decide: (machine, now, replyTo) => machine.offsets.commit(request, { client, now, replyTo }),
      refusal: (errorCode) => ({
        topics: request.topics.map(({ name, partitions, topicId }) => ({
          name,
          topicId,
          partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
        })),
      }),
    });
  }

  /** The same in a producer's transaction, of which its coordinator knows (see `PartitionVerification`). */
  async commitInTransaction(
    request: TxnOffsetCommitRequest,
    { client, verification }: Pick<DecidedTransaction, 'verification'> & { readonly client: GroupClient },
  ): Promise<TxnOffsetCommitResponse> {
    if (request.groupId === '') return refuseCommit(request, ErrorCode.INVALID_GROUP_ID);
    const { producerId, producerEpoch } = request;
    const transaction = { producerId, producerEpoch, verification };
    return this.#runtime.write(this.partitionOf(request.groupId), {
      name: 'TxnOffsetCommit',
      decide: (machine, now, replyTo) =>
        machine.offsets.commitInTransaction(request, { transaction, client, now, replyTo }),
      refusal: (errorCode) => refuseCommit(request, errorCode),
    });
  }

  /** Ends a transaction that has offsets in the partition; resolves with `NONE` once that is committed. */
  completeTransaction(partition: number, end: TransactionEnd): Promise<number> {
    return this.#runtime.completeTransaction(partition, end);
  }

  /** `requireStable` waits until what was decided before is committed; otherwise only committed state is seen. */
  async fetchOffsets(
    fetch: OffsetFetch,
    requireStable: boolean,
  ): Promise<GroupResult<readonly FetchedTopic[]>> {
    const partition = this.partitionOf(fetch.groupId);
    if (!requireStable) {
      return this.#runtime.read<GroupResult<readonly FetchedTopic[]>>(partition, {
        answer: (machine) => machine.offsets.fetch(fetch, 'committed'),
        refusal: refused,
      });
    }
    return this.#runtime.write<GroupResult<readonly FetchedTopic[]>>(partition, {
      name: 'OffsetFetch',
      decide: (machine, _now, replyTo) => ({
        records: [],
        answers: [replyTo.answer(machine.offsets.fetch(fetch, 'latest'))],
      }),
      // Older consumers do not know COORDINATOR_NOT_AVAILABLE as an answer here; this one they retry.
      refusal: (errorCode) =>
        refused(errorCode === ErrorCode.COORDINATOR_NOT_AVAILABLE ? ErrorCode.NOT_COORDINATOR : errorCode),
    });
  }

  async deleteOffsets(request: OffsetDeleteRequest): Promise<OffsetDeleteResponse> {
    if (request.groupId === '') return { errorCode: ErrorCode.INVALID_GROUP_ID };
    return this.#runtime.write(this.partitionOf(request.groupId), {
      name: 'OffsetDelete',
      decide: (machine, _now, replyTo) => machine.offsets.delete(request, replyTo),
      refusal: (errorCode) => ({ errorCode }),
    });
  }

  /** The group, `null` when its coordinator is here and does not know it, or why it cannot be told. */
  describeGroup(groupId: string): GroupResult<DescribedGroup | null> {
    return this.#runtime.read<GroupResult<DescribedGroup | null>>(this.partitionOf(groupId), {
      answer: (machine) => ({ kind: 'ok', value: machine.describe(groupId) ?? null }),
      refusal: refused,
    });
  }

  /** The same for a group of the consumer protocol. */
  describeConsumerGroup(groupId: string): GroupResult<DescribedConsumerGroup | null> {
    return this.#runtime.read<GroupResult<DescribedConsumerGroup | null>>(this.partitionOf(groupId), {
      answer: (machine) => ({ kind: 'ok', value: machine.describeConsumerGroup(groupId) ?? null }),
      refusal: refused,
    });
  }

  /** All groups of this broker; refused while one of its partitions is still loading. */
  listGroups(): GroupResult<readonly ListedGroup[]> {
    const results = this.#runtime.readAll<GroupResult<readonly ListedGroup[]>>({
      answer: (machine) => ({ kind: 'ok', value: machine.list() }),
      refusal: refused,
    });
    const groups: ListedGroup[] = [];
    for (const result of results) {
      if (result.kind === 'ok') groups.push(...result.value);
      else if (result.errorCode !== ErrorCode.NOT_COORDINATOR) return result;
    }
    return { kind: 'ok', value: groups };
  }

  /** Resolves with the error code of each group. */
  async deleteGroups(groupIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const byPartition = Map.groupBy(new Set(groupIds), (groupId) => this.partitionOf(groupId));
    const errorCodes = new Map<string, number>();
    await Promise.all(
      [...byPartition].map(async ([partition, ids]) => {
        const deletion = new GroupDeletion(ids);
        const failed = await this.#delete(partition, deletion);
        for (const groupId of ids) {
          errorCodes.set(groupId, failed || (deletion.errorCodes.get(groupId) ?? failed));
        }
      }),
    );
    return errorCodes;
  }

  /** All portions are decided in one go, so that nobody joins a group in between. */
  async #delete(partition: number, deletion: GroupDeletion): Promise<number> {
    const written: Promise<number>[] = [];
    let goesOn = true;
    while (goesOn) {
      goesOn = false;
      const portion = this.#runtime.write<number>(partition, {
        name: 'DeleteGroups',
        decide: (machine, _now, replyTo) => {
          const decision = machine.deleteGroups(deletion, replyTo);
          goesOn = !deletion.isComplete;
          return decision;
        },
        refusal: (errorCode) => errorCode,
      });
      written.push(portion);
    }
    const errorCodes = await Promise.all(written);
    return errorCodes.find((errorCode) => errorCode !== ErrorCode.NONE) ?? ErrorCode.NONE;
  }
}

function refused(errorCode: number): { readonly kind: 'refused'; readonly errorCode: number } {
  return { kind: 'refused', errorCode };
}
