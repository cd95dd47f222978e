import type { SeededRandom } from '../seeded-random.ts';
import type { Budget } from './budget.ts';
import type { TopicPlan } from './history.ts';

const BEFORE_ACK = 'odradek.flush.before.ack';

/** The ways to be told that what is acknowledged must survive a power loss. */
const WAYS = ['broker', 'topic', 'flush.messages'] as const;
/** A single broker syncs by Kafka's own config too; that of several waits for no follower's disk. */
const CLUSTER_WAYS = ['broker', 'broker', 'topic'] as const;

/** What one seed's brokers are told to sync, and the topics that clients use. */
export interface Flushing {
  readonly topics: readonly TopicPlan[];
  /** Those that only transactions write to: what is written at will, and what is copied. */
  readonly ledger: TopicPlan;
  readonly copies: TopicPlan;
  /** Configs of the brokers. */
  readonly properties: Readonly<Record<string, string>>;
  /** Whether also what is not in these topics, commits above all, is synced. */
  readonly isEverything: boolean;
}

export function drawnFlushing(
  random: SeededRandom,
  { budget, nodes }: { readonly budget: Budget; readonly nodes: number },
): Flushing {
  const way = budget !== 'flushed' ? null : random.pick(nodes === 1 ? WAYS : CLUSTER_WAYS);
  const configs: Record<string, string> =
    way === 'topic' ? { [BEFORE_ACK]: 'true' } : way === 'flush.messages' ? { 'flush.messages': '1' } : {};
  const replicationFactor = Math.min(3, nodes);
  const topic = (name: string): TopicPlan => ({ name, partitions: 2, replicationFactor, configs });
  return {
    topics: [topic('first'), topic('second')],
    ledger: topic('ledger'),
    copies: topic('copies'),
    properties: way === 'broker' ? { [BEFORE_ACK]: 'true' } : {},
    isEverything: way === 'broker',
  };
}
