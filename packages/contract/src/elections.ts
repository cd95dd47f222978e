import * as z from 'zod';
import { count, topicPartition } from './scalars.ts';

/** Makes the first replica the leader. Null: of every partition. */
export const preferredElectionRequest = z.object({ partitions: z.array(topicPartition).min(1).nullable() });
export type PreferredElectionRequest = z.input<typeof preferredElectionRequest>;

export const preferredElectionOutcome = z.object({
  elected: count,
  /** The preferred replica led already; not counted when every partition was asked for. */
  notNeeded: count,
  failed: z.array(topicPartition.extend({ error: z.string(), message: z.string() })),
});
export type PreferredElectionOutcome = z.infer<typeof preferredElectionOutcome>;
