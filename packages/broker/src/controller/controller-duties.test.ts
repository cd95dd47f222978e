import { expect, test } from 'vitest';
import { replayed, viewOf } from '../../test/metadata/controller-view.ts';
import { ManualClock } from '../../test/metadata/ports.ts';
import { clusterWith, TOPIC_ID } from '../../test/metadata/three-brokers.ts';
import { type MetadataImage, NO_LEADER, partitionOf } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { BrokerSessions } from './broker-sessions.ts';
import { ControllerDuties } from './controller-duties.ts';

const PARTITIONS = 2500;
const NEVER_MS = 2 ** 31;

/** `orders` with many partitions that nobody leads and that broker 2 may lead. */
function leaderless(): MetadataImage {
  const leaderlessPartition = { isr: [], leader: NO_LEADER, eligibleLeaderReplicas: [2], lastKnownElr: [2] };
  const image = clusterWith({ partition: leaderlessPartition, fenced: [1, 3] });
  const first = partitionOf(image, 'orders', 0);
  if (first === undefined) throw new Error('no partition');
  const others = Array.from(
    { length: PARTITIONS - 1 },
    (_, index): MetadataRecord => ({
      kind: 'partition',
      value: { ...first, topicId: TOPIC_ID, partitionId: index + 1 },
    }),
  );
  return replayed(others, image);
}

/** A controller as far as its duties see it: what it has decided. */
class Decisions {
  readonly clock = new ManualClock();
  readonly steps: number[] = [];
  image = leaderless();
  leads = true;

  duties(): ControllerDuties {
    return new ControllerDuties({
      clock: this.clock,
      sessions: new BrokerSessions(9000),
      imbalanceCheckMs: NEVER_MS,
      uncleanElectionMs: NEVER_MS,
      decide: (decide) => {
        if (!this.leads) return null;
        const decision = decide(viewOf(this.image));
        this.steps.push(decision.records.length);
        this.image = replayed(decision.records, this.image);
        return decision;
      },
    });
  }

  get led(): number {
    const partitions = this.image.topicsByName.get('orders')?.partitions ?? [];
    return partitions.filter(({ leader }) => leader === 2).length;
  }
}

test('thousands of partitions without a leader get one in portions, whoever began with it', () => {
  const controller = new Decisions();
  const duties = controller.duties();
  for (let turn = 0; turn < 5; turn++) controller.clock.advance(0);
  expect(controller.steps).toEqual([1000, 1000, 500]);
  expect(controller.led).toBe(PARTITIONS);
  duties.electMissing();
  for (let turn = 0; turn < 5; turn++) controller.clock.advance(0);
  expect(controller.steps).toEqual([1000, 1000, 500, 0]);
  duties.stop();
});

test('a controller that was deposed, or has stopped, elects no more of them', () => {
  const deposed = new Decisions();
  const duties = deposed.duties();
  deposed.clock.advance(0);
  deposed.leads = false;
  for (let turn = 0; turn < 5; turn++) deposed.clock.advance(0);
  expect(deposed.steps).toEqual([1000]);
  duties.stop();
  const stopped = new Decisions();
  stopped.duties().stop();
  stopped.clock.advance(0);
  expect(stopped.steps).toEqual([]);
});
