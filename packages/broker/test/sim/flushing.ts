import type { SeededRandom } from '../seeded-random.ts';
import type { TopicPlan } from './history.ts';

const BEFORE_ACK = 'odradek.flush.before.ack';

/** The ways to be told that what is acknowledged must survive a power loss. */
const WAYS = ['flush.messages', 'topic', 'broker'] as const;

/** What one seed's broker is told to sync, and what must follow from it. */
export interface Flushing {
  /** Two: records of the second survive a power loss, those of the first where the broker syncs everything. */
  readonly topics: readonly TopicPlan[];
  /** Configs of the broker. */
  readonly properties: Readonly<Record<string, string>>;
  /** Whether commits survive a power loss too. */
  readonly areCommitsFlushed: boolean;
}

export function drawnFlushing(random: SeededRandom): Flushing {
  const way = random.pick(WAYS);
  const all = way === 'broker';
  const configs = {
    'flush.messages': { 'flush.messages': '1' },
    topic: { [BEFORE_ACK]: 'true' },
    broker: {},
  };
  return {
    topics: [
      { name: 'plain', partitions: 2, isFlushed: all, configs: {} },
      { name: 'flushed', partitions: 2, isFlushed: true, configs: configs[way] },
    ],
    properties: all ? { [BEFORE_ACK]: 'true' } : {},
    areCommitsFlushed: all,
  };
}
