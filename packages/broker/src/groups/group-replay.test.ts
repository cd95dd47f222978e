import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ManualClock, settle } from '../../test/coordination/manual-clock.ts';
import { MemoryLog } from '../../test/coordination/memory-log.ts';
import {
  countingRandom,
  GROUP_CONFIG,
  NO_MEMBER,
  newCoordinator,
} from '../../test/groups/coordinator-bed.ts';
import { GROUP_METADATA_TOPIC } from '../metadata/topic-name.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { ZERO_UUID } from '../protocol/uuid.ts';
import type { GroupCoordinator } from './group-coordinator.ts';

/*
 * Decisions change the state and write records; a coordinator that takes over only has the records. Whatever
 * happened, it must know the same offsets and groups as readers of the former one were told, and for a stable or
 * empty group the same members.
 */
const GROUPS = ['g0', 'g1'];
const TOPICS = ['orders', 'payments'];
const CONFIG = {
  ...GROUP_CONFIG,
  initialRebalanceDelayMs: 100,
  maxSize: 3,
  offsetsRetentionCheckIntervalMs: 20_000,
};

type Act =
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
const PRODUCERS = [1, 2];
const producer = fc.constantFrom(...PRODUCERS);
const act: fc.Arbitrary<Act> = fc.oneof(
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

class Scene {
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

  /** A second coordinator, with nothing but the log. */
  async successor(): Promise<GroupCoordinator> {
    const successor = this.#coordinator();
    await successor.elected(0, this.stored.lead(2));
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
      topicExists: (name) => this.topics.has(name),
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

function endTransaction(coordinator: GroupCoordinator, producerId: number, isCommitted: boolean) {
  const end = { producerId, producerEpoch: 0, isCommitted, coordinatorEpoch: 0, transactionVersion: 2 };
  return coordinator.completeTransaction(0, end);
}

async function knowledgeOf(coordinator: GroupCoordinator, groupId: string) {
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

test('who takes over knows what was committed, whatever happened before', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 10, maxLength: 60 }), async (steps) => {
      const scene = new Scene();
      await scene.coordinator.elected(0, scene.log);
      for (const step of steps) await scene.act(step);
      const successor = await scene.successor();
      for (const groupId of GROUPS) {
        const former = await knowledgeOf(scene.coordinator, groupId);
        const latter = await knowledgeOf(successor, groupId);
        expect(latter).toEqual({ ...former, group: former.group ?? latter.group });
      }
    }),
    { numRuns: 300 },
  );
});

test('a transaction that is open when another takes over ends there as it would have ended here', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 10, maxLength: 60 }), async (steps) => {
      const scene = new Scene();
      await scene.coordinator.elected(0, scene.log);
      for (const step of steps) await scene.act(step);
      scene.log.holdsCommits = false;
      scene.log.commitAll();
      await settle();
      const successor = await scene.successor();
      for (const coordinator of [scene.coordinator, successor]) {
        for (const id of PRODUCERS)
          expect(await endTransaction(coordinator, id, id === 1)).toBe(ErrorCode.NONE);
      }
      for (const groupId of GROUPS) {
        const former = await knowledgeOf(scene.coordinator, groupId);
        const latter = await knowledgeOf(successor, groupId);
        expect(latter).toEqual({ ...former, group: former.group ?? latter.group });
        const topics = TOPICS.map((name) => ({ name, topicId: ZERO_UUID, partitionIndexes: [0] }));
        const stable = await successor.fetchOffsets({ groupId, topics, member: NO_MEMBER }, true);
        expect(stable).toEqual(
          await scene.coordinator.fetchOffsets({ groupId, topics, member: NO_MEMBER }, true),
        );
      }
    }),
    { numRuns: 300 },
  );
});

test('nobody waits for ever, whatever happened before', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 10, maxLength: 60 }), async (steps) => {
      const scene = new Scene();
      await scene.coordinator.elected(0, scene.log);
      for (const step of steps) await scene.act(step);
      scene.log.holdsCommits = false;
      scene.log.commitAll();
      // A member without an id is held for five minutes at most, any other for a rebalance timeout.
      await scene.clock.advance(5 * 60_000 + 2 * 20_000);
      await settle();
      expect(scene.waiting).toBe(0);
    }),
    { numRuns: 400 },
  );
});
