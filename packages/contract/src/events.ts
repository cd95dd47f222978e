import * as z from 'zod';
import { brokerList } from './brokers.ts';
import { clusterEvent } from './cluster-events.ts';
import { clusterSummary, overview } from './clusters.ts';
import { demoStatus } from './demo.ts';
import { groupSummary } from './groups.ts';
import { quorum } from './quorum.ts';
import { partitionReplicas } from './replicas.ts';
import { count, offset, timestampMs, topicPartition } from './scalars.ts';
import { topicSummary } from './topics.ts';

/**
 * What `/api/events` sends. Each SSE frame has `id`, `event` (= `type`) and `data` (one JSON object of this union).
 * The stream opens with `hello`, then one `overview` per cluster, so a page that reconnects needs no replay:
 * it invalidates what it holds when `streamId` differs from the one it knew. Later frames are patches:
 * replace by key what is named, remove what is listed as removed, keep the rest.
 */
export const serverEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), streamId: z.string(), at: timestampMs }),
  z.object({ type: z.literal('cluster'), cluster: z.string(), summary: clusterSummary }),
  z.object({ type: z.literal('overview'), cluster: z.string(), overview }),
  z.object({ type: z.literal('brokers'), cluster: z.string(), brokers: brokerList }),
  z.object({ type: z.literal('quorum'), cluster: z.string(), quorum }),
  /** From one version of the matrix to another. Who holds another version asks for it anew. */
  z.object({
    type: z.literal('replicas'),
    cluster: z.string(),
    from: count,
    to: count,
    changed: z.array(partitionReplicas),
    removed: z.array(topicPartition),
    checkedAt: timestampMs,
  }),
  /** What was seen to happen, oldest first. */
  z.object({ type: z.literal('events'), cluster: z.string(), events: z.array(clusterEvent) }),
  /** Topics whose summary changed since the last frame. */
  z.object({
    type: z.literal('topics'),
    cluster: z.string(),
    changed: z.array(topicSummary),
    removed: z.array(z.string()),
    checkedAt: timestampMs,
  }),
  /** Groups whose summary changed since the last frame. `sparkline` is always sent whole. */
  z.object({
    type: z.literal('groups'),
    cluster: z.string(),
    changed: z.array(groupSummary),
    removed: z.array(z.string()),
    checkedAt: timestampMs,
  }),
  /** One sampling tick: new points for live charts. Sent also when nothing changed. */
  z.object({
    type: z.literal('lag'),
    cluster: z.string(),
    at: timestampMs,
    groups: z.array(
      z.object({
        group: z.string(),
        totalLag: count.nullable(),
        /** Sums over committed partitions, as in `LagPoint`. */
        committed: offset.nullable(),
        end: offset.nullable(),
      }),
    ),
  }),
  z.object({ type: z.literal('demo'), cluster: z.string(), status: demoStatus }),
]);
export type ServerEvent = z.infer<typeof serverEvent>;
