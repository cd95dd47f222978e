import fc from 'fast-check';
import { expect, test } from 'vitest';
import { settle } from '../../test/coordination/manual-clock.ts';
import { NO_MEMBER } from '../../test/groups/coordinator-bed.ts';
import {
  act,
  endTransaction,
  GROUPS,
  knowledgeOf,
  PRODUCERS,
  Scene,
  TOPICS,
} from '../../test/groups/group-history.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { ZERO_UUID } from '../protocol/uuid.ts';

/*
 * Decisions change the state and write records; a coordinator that takes over only has the records. Whatever
 * happened, it must know the same offsets and groups as readers of the former one were told, and for a stable or
 * empty group the same members.
 */

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
