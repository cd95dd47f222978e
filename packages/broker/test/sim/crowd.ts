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
  /** Members of a group that goes from one protocol to the other and back. */
  readonly wanderers: number;
  /** Whether the members of the group of the classic protocol, and of the consumer protocol, have names that stay. */
  readonly areMembersStatic: boolean;
  readonly areConsumersStatic: boolean;
}

/** Nobody else. */
export const PLAIN: Crowd = {
  ...{ writers: [], copiers: [], consumers: 0, wanderers: 0 },
  ...{ areMembersStatic: false, areConsumersStatic: false },
};

const VERSIONS: readonly TransactionVersion[] = [1, 2];
const COPIERS = 2;
const CONSUMERS = 3;
const WANDERERS = 3;

export function drawnCrowd(random: SeededRandom): Crowd {
  const writes = random.chance(0.6);
  const copies = random.chance(0.5);
  const consumes = random.chance(0.5);
  const areMembersStatic = random.chance(0.35);
  const areConsumersStatic = random.chance(0.35);
  const wander = random.chance(0.35);
  return {
    writers: writes ? VERSIONS : [],
    copiers: copies ? Array.from({ length: COPIERS }, () => random.pick(VERSIONS)) : [],
    consumers: consumes ? CONSUMERS : 0,
    wanderers: wander ? WANDERERS : 0,
    ...{ areMembersStatic, areConsumersStatic },
  };
}
