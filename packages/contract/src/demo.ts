import * as z from 'zod';
import { count, timestampMs } from './scalars.ts';

/** Where in its two-minute loop the demo's group is. */
export const demoPhase = z.enum(['keeping-up', 'falling-behind', 'stopped', 'recovering']);
export type DemoPhase = z.infer<typeof demoPhase>;

export const demoStatus = z.object({
  state: z.enum(['stopped', 'starting', 'running', 'stopping', 'failed']),
  /** Set while running. */
  phase: demoPhase.nullable(),
  topic: z.string(),
  group: z.string(),
  startedAt: timestampMs.nullable(),
  produced: count,
  consumed: count,
  /** Why it failed. */
  reason: z.string().nullable(),
});
export type DemoStatus = z.infer<typeof demoStatus>;
