import type { PartitionSurroundings } from '../../src/replication/partition.ts';
import { nodeClock } from '../../src/runtime/node-clock.ts';

/** A cluster in which every broker is active, with its id as its epoch. */
export const SURROUNDINGS: PartitionSurroundings = {
  clock: nodeClock,
  maxLagMs: 30_000,
  activeEpochOf: (brokerId) => brokerId,
};
