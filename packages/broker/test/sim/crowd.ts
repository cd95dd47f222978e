import type { SeededRandom } from '../seeded-random.ts';
import type { TransactionVersion } from './clients/apis.ts';

/** Who uses a cluster besides producers, readers and a group of the classic protocol: not all in every seed. */
export interface Crowd {
  /** Each a writer of transactions, by the protocol it speaks. */
  readonly writers: readonly TransactionVersion[];
  /** Members of the group that copies, by the protocol that each speaks. */
  readonly copiers: readonly TransactionVersion[];
  /** Members of a group of the consumer protocol. */
  readonly consumers: number;
}

/** Nobody else. */
export const PLAIN: Crowd = { writers: [], copiers: [], consumers: 0 };

const VERSIONS: readonly TransactionVersion[] = [1, 2];
const COPIERS = 2;
const CONSUMERS = 3;

export function drawnCrowd(random: SeededRandom): Crowd {
  const writes = random.chance(0.6);
  const copies = random.chance(0.5);
  const consumes = random.chance(0.5);
  return {
    writers: writes ? VERSIONS : [],
    copiers: copies ? Array.from({ length: COPIERS }, () => random.pick(VERSIONS)) : [],
    consumers: consumes ? CONSUMERS : 0,
  };
}
