import { ErrorCode } from '../../../src/protocol/errors.ts';
import type { CommittedOffsets } from '../committed-offsets.ts';
import type { History, TopicPlan } from '../history.ts';
import { offsetCommit, offsetFetch } from './apis.ts';
import type { ClientProcess } from './client-process.ts';
import type { GroupVoice } from './group-voice.ts';
import { fetchFrom, type ReadRecord } from './records-read.ts';

const MAX_WAIT_MS = 100;

/** As whom a member commits. */
export interface CommittingMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  /** By the newer protocol, its epoch. */
  readonly generationId: number;
}

export interface GroupOffsetsOptions {
  readonly client: ClientProcess;
  readonly groupId: string;
  readonly topic: TopicPlan;
  readonly offsets: CommittedOffsets;
  readonly history: History;
  readonly voice: GroupVoice;
}

/** How far a group has come in each of its partitions: read, and committed, for one of its members. */
export class GroupOffsets {
  readonly #options: GroupOffsetsOptions;

  constructor(options: GroupOffsetsOptions) {
    this.#options = options;
  }

  /**
   * What is committed, not before all that transactions have pending there is decided; null when nobody says, or nobody
   * to be believed. By the newer protocol a member says who it is.
   */
  async committed(partition: number, member: CommittingMember | null = null): Promise<number | null> {
    const { client, groupId, topic, offsets, voice } = this.#options;
    const isAllowed = offsets.reading(groupId, this.nameOf(partition));
    const topics = [{ name: topic.name, partitionIndexes: [partition] }];
    const asking = member === null ? {} : { memberId: member.memberId, memberEpoch: member.generationId };
    const answer = await voice.ask(offsetFetch, {
      groups: [{ groupId, ...asking, topics }],
      requireStable: true,
    });
    const group = answer?.groups[0];
    const found = group?.topics[0]?.partitions[0];
    const errorCode = group?.errorCode || found?.errorCode;
    if (errorCode === undefined || !(await voice.isGood(errorCode, 'fetch of offsets'))) return null;
    if (found === undefined || !isAllowed(found.committedOffset, voice.answeredBy)) return null;
    client.heardOf(topic.name, partition, found.committedLeaderEpoch);
    return Math.max(0, found.committedOffset);
  }

  /** The records from a position on, in their order; null when there was no answer, or none that counts. */
  async read(
    partition: number,
    position: number,
  ): Promise<{ readonly records: readonly ReadRecord[]; readonly nextOffset: number } | null> {
    const { client, topic, history, voice } = this.#options;
    const name = `${topic.name}-${partition}`;
    const fetched = await fetchFrom(client, { topic: topic.name, partition, offset: position }, MAX_WAIT_MS);
    if (fetched === null) return null;
    if (fetched.errorCode === ErrorCode.OFFSET_OUT_OF_RANGE && history.losses > 0)
      return { records: [], nextOffset: 0 };
    if (!(await voice.isGood(fetched.errorCode, `read of ${name} at ${position}`))) return null;
    for (const [index, { offset, value }] of fetched.records.entries()) {
      if (offset !== position + index) client.violate(`${name}: ${offset} follows ${position + index - 1}`);
      history.seen(name, offset, value);
    }
    return fetched;
  }

  async commit(partition: number, offset: number, member: CommittingMember): Promise<boolean> {
    const { client, groupId, topic, offsets, voice } = this.#options;
    const { memberId, groupInstanceId, generationId: generationIdOrMemberEpoch } = member;
    const commit = offsets.sending(this.nameOf(partition), offset);
    const committedLeaderEpoch = client.epochOf(topic.name, partition);
    const committed = { committedOffset: offset, committedLeaderEpoch, committedMetadata: null };
    const partitions = [{ partitionIndex: partition, ...committed }];
    const answer = await voice.ask(offsetCommit, {
      ...{ groupId, memberId, groupInstanceId, generationIdOrMemberEpoch },
      topics: [{ name: topic.name, partitions }],
    });
    const result = answer?.topics[0]?.partitions[0];
    if (result === undefined || !(await voice.isGood(result.errorCode, 'commit'))) return false;
    commit.done();
    return true;
  }

  /** How a group's part of the topic is called. */
  nameOf(partition: number): string {
    const { groupId, topic } = this.#options;
    return `${groupId}/${topic.name}-${partition}`;
  }
}
