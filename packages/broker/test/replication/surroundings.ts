import type { PartitionSurroundings } from '../../src/replication/partition-options.ts';
import { nodeClock } from '../../src/runtime/node-clock.ts';

/** A cluster in which every broker is active, with its id as its epoch, and whose controller agrees. */
export const SURROUNDINGS: PartitionSurroundings = {
  clock: nodeClock,
  maxLagMs: 30_000,
  activeEpochOf: (brokerId) => brokerId,
  alterIsr: async (_, { isr, partitionEpoch }) => ({
    kind: 'changed',
    isr: isr.map(({ brokerId }) => brokerId),
    partitionEpoch: partitionEpoch + 1,
  }),
  ledLate: () => {},
  damaged: () => {},
};
