import fc from 'fast-check';
import type { GroupCoordinator } from '../../src/groups/group-coordinator.ts';
import { GROUP_METADATA_TOPIC } from '../../src/metadata/topic-name.ts';
import { ErrorCode } from '../../src/protocol/errors.ts';
import { ZERO_UUID } from '../../src/protocol/uuid.ts';
import { ManualClock, settle } from '../coordination/manual-clock.ts';
import { MemoryLog } from '../coordination/memory-log.ts';
import { countingRandom, GROUP_CONFIG, NO_MEMBER, newCoordinator } from './coordinator-bed.ts';

export const GROUPS = ['g0', 'g1'];
export const TOPICS = ['orders', 'payments'];
const CONFIG = {
  ...GROUP_CONFIG,
  initialRebalanceDelayMs: 100,
  maxSize: 3,
  offsetsRetentionCheckIntervalMs: 20_000,
};

export type Act =
  | {
      readonly kind: 'join';
      readonly member: number;
      readonly instance: boolean;
      readonly apiVersion: number;
      readonly group: number;
    }
  | { readonly kind: 'sync' | 'leave' | 'commit'; readonly member: number; readonly topic: number }
  | { readonly kind: 'simple-commit' | 'delete-offsets'; readonly group: number; readonly topic: number }
  | {
      readonly kind: 'transactional-commit';
      readonly producer: number;
      readonly group: number;
      readonly topic: number;
    }
  | { readonly kind: 'end-transaction'; readonly producer: number; readonly isCommitted: boolean }
  | { readonly kind: 'delete-group'; readonly group: number }
  | { readonly kind: 'delete-topic'; readonly topic: number }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'hold' | 'commit-log' | 'fail-log' };

// Few members in mostly one group, so that they get in each other's way.
const member = fc.nat(2);
const group = fc.constantFrom(0, 0, 0, 1);
const topic = fc.nat(1);
export const PRODUCERS = [1, 2];
const producer = fc.constantFrom(...PRODUCERS);
/** What members, committers, producers and the log may do next. */
export const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fc.constant('join' as const),
      member,
      instance: fc.constantFrom(false, false, true),
      apiVersion: fc.constantFrom(3, 3, 9),
      group,
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom('sync' as const, 'sync' as const, 'leave' as const, 'commit' as const),
      member,
      topic,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('simple-commit' as const, 'delete-offsets' as const),
      group,
      topic,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('transactional-commit' as const), producer, group, topic }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('end-transaction' as const),
      producer,
      isCommitted: fc.constantFrom(true, true, false),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete-group' as const), group }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete-topic' as const), topic }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('advance' as const),
      ms: fc.constantFrom(1, 100, 1000, 12_000, 70_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'hold' as const,
        'commit-log' as const,
        'commit-log' as const,
        'fail-log' as const,
      ),
    }),
  },
);

/** What a client knows of its own membership. */
interface Membership {
  group: string;
  memberId: string;
  generationId: number;
  isLeader: boolean;
  others: readonly string[];
}

/** A coordinator of groups over a log that can be held up and fail, with clients who do as they are told. */
export class Scene {
  readonly clock = new ManualClock();
  readonly stored = new MemoryLog();
  readonly log = this.stored.lead(1);
  readonly topics = new Set([GROUP_METADATA_TOPIC, ...TOPICS]);
  readonly #random = countingRandom();
  readonly coordinator = this.#coordinator();
  /** Joins and syncs that were not answered yet. */
  waiting = 0;
  readonly #members: Membership[] = [0, 1, 2].map(() => ({
    group: 'g0',
    memberId: '',
    generationId: -1,
    isLeader: false,
    others: [],
  }));

  /** A second coordinator, with nothing but the log, or what is made of it. */
  async successor(stored = this.stored): Promise<GroupCoordinator> {
    const successor = this.#coordinator();
    await successor.elected(0, stored.lead(2));
    return successor;
  }

  async act(step: Act): Promise<void> {
    this.#perform(step);
    await this.clock.advance(step.kind === 'advance' ? step.ms : 0);
    await settle();
  }

  #coordinator(): GroupCoordinator {
    return newCoordinator({
      clock: this.clock,
      random: this.#random,
      config: CONFIG,
      topicIdOf: (name) => (this.topics.has(name) ? ZERO_UUID : undefined),
    });
  }

  #perform(step: Act): void {
    switch (step.kind) {
      case 'join':
        this.#join(this.#member(step.member), step);
        return;
      case 'sync':
        this.#sync(this.#member(step.member));
        return;
      case 'leave': {
        const { group: groupId, memberId } = this.#member(step.member);
        void this.coordinator.leaveGroup(groupId, [{ memberId, groupInstanceId: null, reason: null }]);
        return;
      }
      case 'commit':
        this.#commit(this.#member(step.member), TOPICS[step.topic] ?? '');
        return;
      case 'simple-commit':
        this.#commit(
          { group: GROUPS[step.group] ?? '', memberId: '', generationId: -1 },
          TOPICS[step.topic] ?? '',
        );
        return;
      case 'transactional-commit':
        this.#commitInTransaction(step);
        return;
      case 'end-transaction':
        void endTransaction(this.coordinator, step.producer, step.isCommitted);
        return;
      case 'delete-offsets': {
        const topics = [{ name: TOPICS[step.topic] ?? '', partitions: [{ partitionIndex: 0 }] }];
        void this.coordinator.deleteOffsets({ groupId: GROUPS[step.group] ?? '', topics });
        return;
      }
      case 'delete-group':
        void this.coordinator.deleteGroups([GROUPS[step.group] ?? '']);
        return;
      case 'delete-topic':
        this.coordinator.topicsDeleted([TOPICS[step.topic] ?? '']);
        return;
      case 'hold':
        this.log.holdsCommits = true;
        return;
      case 'commit-log':
        this.log.commitAll();
        return;
      case 'fail-log':
        this.log.fail(ErrorCode.KAFKA_STORAGE_ERROR);
        return;
      case 'advance':
        return;
    }
  }

  #member(index: number): Membership {
    const known = this.#members[index];
    if (known === undefined) throw new Error(`no member ${index}`);
    return known;
  }

  #join(
    known: Membership,
    { apiVersion, group: index, instance, member: number }: Act & { kind: 'join' },
  ): void {
    const groupId = GROUPS[index] ?? '';
    // A static member comes back without its id, as after a restart of its own.
    const memberId = known.group === groupId && !instance ? known.memberId : '';
    known.group = groupId;
    const request = {
      groupId,
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 20_000,
      memberId,
      groupInstanceId: instance ? `i${number}` : null,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Uint8Array.of(0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff) }],
      reason: null,
    };
    const client = { clientId: `c${number}`, clientHost: '/127.0.0.1', apiVersion };
    this.waiting += 1;
    void this.coordinator.joinGroup(request, client).then((response) => {
      this.waiting -= 1;
      known.memberId = response.memberId ?? '';
      known.generationId = response.generationId ?? -1;
      known.isLeader = response.leader === response.memberId;
      known.others = (response.members ?? []).map(({ memberId: other }) => other ?? '');
    });
  }

  #sync(known: Membership): void {
    const assignments = known.others.map((memberId, place) => ({
      memberId,
      assignment: Uint8Array.of(place),
    }));
    const request = {
      groupId: known.group,
      generationId: known.generationId,
      memberId: known.memberId,
      groupInstanceId: null,
      protocolType: null,
      protocolName: null,
      assignments: known.isLeader ? assignments : [],
    };
    this.waiting += 1;
    void this.coordinator.syncGroup(request).then(() => {
      this.waiting -= 1;
    });
  }

  #commitInTransaction({
    producer: producerId,
    group: index,
    topic: name,
  }: Act & { kind: 'transactional-commit' }) {
    const committed = { committedOffset: 1_000_000 + this.clock.monotonicMs(), committedLeaderEpoch: -1 };
    const partitions = [{ ...committed, partitionIndex: 0, committedMetadata: null }];
    void this.coordinator.commitInTransaction(
      {
        ...{ transactionalId: `t${producerId}`, groupId: GROUPS[index] ?? '', producerId, producerEpoch: 0 },
        ...{ generationId: -1, memberId: '', groupInstanceId: null },
        topics: [{ name: TOPICS[name] ?? '', topicId: ZERO_UUID, partitions }],
      },
      { client: { clientId: 'c', clientHost: '/127.0.0.1', apiVersion: 5 }, verification: 'waived' },
    );
  }

  #commit(known: Pick<Membership, 'group' | 'memberId' | 'generationId'>, name: string): void {
    const partition = {
      partitionIndex: 0,
      committedOffset: this.clock.monotonicMs(),
      committedLeaderEpoch: -1,
    };
    void this.coordinator.commitOffsets(
      {
        groupId: known.group,
        generationIdOrMemberEpoch: known.generationId,
        memberId: known.memberId,
        groupInstanceId: null,
        retentionTimeMs: -1,
        topics: [{ name, topicId: ZERO_UUID, partitions: [{ ...partition, committedMetadata: null }] }],
      },
      { clientId: 'c', clientHost: '/127.0.0.1', apiVersion: 9 },
    );
  }
}

export function endTransaction(coordinator: GroupCoordinator, producerId: number, isCommitted: boolean) {
  const end = { producerId, producerEpoch: 0, isCommitted, coordinatorEpoch: 0, transactionVersion: 2 };
  return coordinator.completeTransaction(0, end);
}

export async function knowledgeOf(coordinator: GroupCoordinator, groupId: string) {
  const fetched = await coordinator.fetchOffsets({ groupId, topics: null, member: NO_MEMBER }, false);
  const described = coordinator.describeGroup(groupId);
  const known = described.kind === 'ok' ? described.value : null;
  const settled = known?.groupState === 'Stable' || known?.groupState === 'Empty';
  const offsets =
    fetched.kind === 'ok'
      ? fetched.value.toSorted((a, b) => (a.name ?? '').localeCompare(b.name ?? ''))
      : fetched.errorCode;
  return { exists: known !== null, offsets, group: settled ? known : null };
}
