import { ErrorCode } from '../../../src/protocol/errors.ts';
import type { CommittedOffsets } from '../committed-offsets.ts';
import type { History } from '../history.ts';
import { offsetCommit, offsetFetch } from './apis.ts';
import {
  ClassicMembership,
  type ClassicMembershipOptions,
  type Membership,
  partitionOf,
} from './classic-membership.ts';
import { fetchFrom } from './records-read.ts';

const REQUEST_TIMEOUT_MS = 2000;
const MAX_WAIT_MS = 100;
const RETRY_MS_MAX = 300;
const STAY_MS = { least: 4000, most: 25_000 };

export interface GroupMemberOptions extends ClassicMembershipOptions {
  readonly history: History;
  readonly offsets: CommittedOffsets;
  readonly isOver: () => boolean;
}

/** A consumer that joins its group, works through its partitions, commits, and leaves or vanishes; again and again. */
export class GroupMember {
  readonly #options: GroupMemberOptions;
  readonly #membership: ClassicMembership;

  constructor(options: GroupMemberOptions) {
    this.#options = options;
    this.#membership = new ClassicMembership(options);
  }

  /** Ends once it has worked in a generation after everything was over. */
  async run(): Promise<void> {
    const { client, isOver } = this.#options;
    let leavesAtMs = this.#drawnEnd();
    for (let isLast = false; !isLast; ) {
      const wasOver = isOver();
      const membership = await this.#membership.join();
      if (membership === null) {
        await client.sleep(client.random.fraction() * RETRY_MS_MAX);
        continue;
      }
      isLast = (await this.#work(membership, leavesAtMs)) && wasOver;
      if (client.wallMs < leavesAtMs && !isOver()) continue;
      await this.#depart();
      leavesAtMs = this.#drawnEnd();
    }
  }

  #drawnEnd(): number {
    const { client } = this.#options;
    return client.wallMs + client.random.between(STAY_MS.least, STAY_MS.most);
  }

  /** Leaves in order, or is just not heard of again. */
  async #depart(): Promise<void> {
    const { client, isOver } = this.#options;
    if (client.random.chance(0.5) || isOver()) await this.#membership.leave();
    client.disconnect();
    this.#membership.forget();
    if (!isOver()) await client.sleep(client.random.fraction() * STAY_MS.least);
  }

  /** Reads and commits until the group moves on, or its time is up. Returns whether a round was completed. */
  async #work(membership: Membership, untilMs: number): Promise<boolean> {
    const { client, isOver } = this.#options;
    const { generationId, partitions } = membership;
    const positions = new Map<number, number>();
    let hasWorked = false;
    while (client.wallMs < untilMs) {
      for (const partition of partitions) {
        const position = positions.get(partition) ?? (await this.#committed(partition));
        const next = position === null ? null : await this.#read(partition, position);
        if (next === null) positions.delete(partition);
        else positions.set(partition, next);
        if (next === null || (next !== position && !(await this.#commit(partition, next, generationId))))
          return false;
      }
      if (!(await this.#membership.beat(membership))) return false;
      hasWorked = true;
      if (isOver()) break;
      await client.sleep(client.random.fraction() * RETRY_MS_MAX);
    }
    return hasWorked;
  }

  async #committed(partition: number): Promise<number | null> {
    const { groupId, topic, offsets } = this.#options;
    const membership = this.#membership;
    const isAllowed = offsets.reading(groupId, partitionOf(groupId, topic, partition));
    const topics = [{ name: topic.name, partitionIndexes: [partition] }];
    const body = { groups: [{ groupId, topics }], requireStable: true };
    const answer = await membership.ask(offsetFetch, body, REQUEST_TIMEOUT_MS);
    const group = answer?.groups[0];
    const found = group?.topics[0]?.partitions[0];
    if (group === undefined || found === undefined) {
      if (group !== undefined) await membership.isGood(group.errorCode, 'fetch of offsets');
      return null;
    }
    if (!(await membership.isGood(group.errorCode, 'fetch of offsets'))) return null;
    if (!(await membership.isGood(found.errorCode, 'fetch of offsets'))) return null;
    if (!isAllowed(found.committedOffset, membership.answeredBy)) return null;
    return Math.max(0, found.committedOffset);
  }

  /** Reads on from `position`; null when there was no answer. */
  async #read(partition: number, position: number): Promise<number | null> {
    const { client, topic, history } = this.#options;
    const name = `${topic.name}-${partition}`;
    const fetched = await fetchFrom(client, { topic: topic.name, partition, offset: position }, MAX_WAIT_MS);
    if (fetched === null) return null;
    if (fetched.errorCode === ErrorCode.OFFSET_OUT_OF_RANGE && history.losses > 0) return 0;
    if (!(await this.#membership.isGood(fetched.errorCode, `read of ${name} at ${position}`))) return null;
    let next = position;
    for (const record of fetched.records) {
      if (record.offset !== next) client.violate(`${name}: ${record.offset} follows ${next - 1}`);
      history.seen(name, record.offset, record.value);
      next = record.offset + 1;
    }
    return next;
  }

  async #commit(partition: number, offset: number, generationId: number): Promise<boolean> {
    const { groupId, topic, offsets } = this.#options;
    const membership = this.#membership;
    const commit = offsets.sending(partitionOf(groupId, topic, partition), offset);
    const answer = await membership.ask(
      offsetCommit,
      {
        groupId,
        generationIdOrMemberEpoch: generationId,
        memberId: membership.memberId,
        topics: [
          {
            name: topic.name,
            partitions: [{ partitionIndex: partition, committedOffset: offset, committedMetadata: null }],
          },
        ],
      },
      REQUEST_TIMEOUT_MS,
    );
    const result = answer?.topics[0]?.partitions[0];
    if (result === undefined || !(await membership.isGood(result.errorCode, 'commit'))) return false;
    commit.done();
    return true;
  }
}
