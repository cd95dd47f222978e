import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ManualClock } from '../../../test/coordination/manual-clock.ts';
import { MemoryLog } from '../../../test/coordination/memory-log.ts';
import { GROUP_CONFIG, newCoordinator } from '../../../test/groups/coordinator-bed.ts';
import { idOfTopic, imageOf } from '../../../test/groups/topic-image.ts';
import { ErrorCode } from '../../protocol/errors.ts';
import type { GroupCoordinator } from '../group-coordinator.ts';
import { GroupTopics } from './group-topics.ts';

/*
 * Consumers that behave: each gives up what it is no longer assigned before it says so, and begins anew when it is
 * told to. Whoever joins, leaves, falls silent or comes back, whatever topics do, and whichever coordinator takes over:
 * no partition is two consumers' at once, and left alone they come to share all partitions of their topics.
 */
const SESSION_MS = 45_000;
const GROUP = 'g';

type Act =
  | {
      readonly kind: 'join';
      readonly member: number;
      readonly topics: readonly string[];
      readonly range: boolean;
    }
  | { readonly kind: 'beat' | 'slow' | 'leave' | 'silence' | 'lose-answer'; readonly member: number }
  | { readonly kind: 'topic'; readonly name: string; readonly partitions: number }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'take-over' };

const member = fc.nat(3);
const TOPICS = ['orders', 'payments', 'later'];
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('join' as const),
      member,
      topics: fc.subarray(TOPICS, { minLength: 1 }),
      range: fc.boolean(),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        ...(['beat', 'beat', 'beat', 'slow', 'slow', 'lose-answer', 'leave', 'silence'] as const),
      ),
      member,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('topic' as const),
      name: fc.constantFrom(...TOPICS),
      partitions: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('advance' as const),
      ms: fc.constantFrom(1, 1000, 1000, 20_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('take-over' as const) }) },
);

/** One consumer: what it believes, and what it has. Its time is the coordinator's, so it knows when it was given up. */
class Consumer {
  readonly id: string;
  epoch = 0;
  topics: readonly string[] = [];
  assignor: string | null = null;
  owned = new Set<string>();
  /** What it was told to have, and has not acted on yet. */
  assigned: Set<string> | null = null;
  heardAtMs = 0;
  joined = false;

  constructor(index: number) {
    this.id = `member-${index}`;
  }

  /** Without an answer for a session it gives up all it has, as clients do. */
  forget(): void {
    this.epoch = 0;
    this.owned = new Set();
    this.assigned = null;
  }
}

class Scene {
  readonly clock = new ManualClock();
  readonly #stored = new MemoryLog();
  readonly #partitions = new Map([
    ['orders', 4],
    ['payments', 2],
  ]);
  #image = imageOf(this.#partitions, 1);
  readonly #topics = new GroupTopics(() => this.#image);
  readonly consumers = [0, 1, 2, 3].map((index) => new Consumer(index));
  #epoch = 0;
  coordinator: GroupCoordinator = newCoordinator();

  async takeOver(): Promise<void> {
    this.coordinator.close();
    this.#epoch += 1;
    this.coordinator = newCoordinator({ clock: this.clock, config: GROUP_CONFIG, topics: this.#topics });
    await this.coordinator.elected(0, this.#stored.lead(this.#epoch));
  }

  async act(step: Act): Promise<void> {
    if (step.kind === 'take-over') return this.takeOver();
    if (step.kind === 'advance') return this.advance(step.ms);
    if (step.kind === 'topic') {
      const former = this.#partitions.get(step.name) ?? 0;
      this.#partitions.set(step.name, Math.max(former, step.partitions));
      this.#image = imageOf(this.#partitions, this.#image.offset + 1);
      return;
    }
    const consumer = this.consumers[step.member];
    if (consumer === undefined) return;
    if (step.kind === 'join') {
      consumer.joined = true;
      consumer.topics = step.topics;
      consumer.assignor = step.range ? 'range' : null;
      consumer.forget();
      await this.beat(consumer);
    } else if (!consumer.joined) return;
    else if (step.kind === 'silence') consumer.joined = false;
    else if (step.kind === 'leave') {
      consumer.joined = false;
      consumer.forget();
      await this.send(consumer, { memberEpoch: -1 });
    } else await this.beat(consumer, step.kind);
  }

  async advance(ms: number): Promise<void> {
    await this.clock.advance(ms);
    for (const consumer of this.consumers) {
      if (this.clock.monotonicMs() - consumer.heardAtMs >= SESSION_MS) consumer.forget();
    }
  }

  /** A `slow` one does not act on its assignment yet; with a lost answer it does not even know it. */
  async beat(consumer: Consumer, how: 'beat' | 'slow' | 'lose-answer' = 'beat'): Promise<void> {
    if (how === 'beat' && consumer.assigned !== null) {
      consumer.owned = consumer.assigned;
      consumer.assigned = null;
    }
    const isJoining = consumer.epoch === 0;
    const answer = await this.send(consumer, {
      memberEpoch: consumer.epoch,
      rebalanceTimeoutMs: 3_600_000,
      subscribedTopicNames: [...consumer.topics],
      topicPartitions: isJoining ? [] : ownedBy(consumer),
      serverAssignor: consumer.assignor,
    });
    if (how === 'lose-answer' && answer.errorCode === undefined && !isJoining) return;
    if (answer.errorCode !== undefined && answer.errorCode !== ErrorCode.NONE) {
      consumer.forget();
      return;
    }
    consumer.heardAtMs = this.clock.monotonicMs();
    consumer.epoch = answer.memberEpoch ?? 0;
    if (answer.assignment === null || answer.assignment === undefined) return;
    const told = (answer.assignment.topicPartitions ?? []).flatMap(({ partitions = [], topicId }) =>
      partitions.map((partition) => `${topicId}:${partition}`),
    );
    consumer.assigned = new Set(told);
  }

  send(consumer: Consumer, fields: Partial<Parameters<GroupCoordinator['consumerGroupHeartbeat']>[0]>) {
    const nothing = { subscribedTopicNames: null, subscribedTopicRegex: null, topicPartitions: null };
    const request = {
      ...{ groupId: GROUP, memberId: consumer.id, memberEpoch: 0, instanceId: null, rackId: null },
      ...{ rebalanceTimeoutMs: -1, serverAssignor: null, ...nothing, ...fields },
    };
    const client = { clientId: 'c', clientHost: '/127.0.0.1', apiVersion: 1 };
    return this.coordinator.consumerGroupHeartbeat(request, client, () => true);
  }

  /** What consumers have that the coordinator has not given up. */
  expectNothingShared(): void {
    const owners = new Map<string, string>();
    for (const consumer of this.consumers) {
      for (const partition of consumer.owned) {
        expect(owners.get(partition), `${partition} is of ${consumer.id} and`).toBeUndefined();
        owners.set(partition, consumer.id);
      }
    }
  }

  expectAllShared(): void {
    const joined = this.consumers.filter((consumer) => consumer.joined);
    for (const [name, count] of this.#partitions) {
      if (!joined.some(({ topics }) => topics.includes(name))) continue;
      for (let partition = 0; partition < count; partition += 1) {
        const key = `${idOfTopic(name)}:${partition}`;
        const owners = joined.filter(({ owned }) => owned.has(key));
        expect(owners.length, `owners of ${name}-${partition}`).toBe(1);
        expect(owners[0]?.topics).toContain(name);
      }
    }
  }
}

function ownedBy({ owned }: Consumer): { topicId: string; partitions: number[] }[] {
  const byTopic = Map.groupBy(owned, (key) => key.slice(0, key.lastIndexOf(':')));
  return [...byTopic].map(([topicId, keys]) => ({
    topicId,
    partitions: keys.map((key) => Number(key.slice(key.lastIndexOf(':') + 1))),
  }));
}

test('no partition has two owners, and members left alone come to share all', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 10, maxLength: 60 }), async (acts) => {
      const scene = new Scene();
      await scene.takeOver();
      for (const step of acts) {
        await scene.act(step);
        scene.expectNothingShared();
      }
      // Those that fell silent are given up meanwhile.
      for (let round = 0; round < 30; round += 1) {
        await scene.advance(4000);
        for (const consumer of scene.consumers) if (consumer.joined) await scene.beat(consumer);
        scene.expectNothingShared();
      }
      scene.expectAllShared();
    }),
    { numRuns: 150 },
  );
});
