import * as z from 'zod';
import { brokerProcess } from './brokers.ts';
import { count, partitionsNamed, timestampMs } from './scalars.ts';

const brokerId = z.int();
const brokerIds = z.array(z.int());

/**
 * Something that differs between two samples of a cluster. What happens to many partitions in the same way is one
 * change, which names the first of them.
 */
export const clusterChange = z.discriminatedUnion('kind', [
  /** The console began to watch: what happened before it is not known. */
  z.object({ kind: z.literal('watching-began') }),
  z.object({ kind: z.literal('broker-up'), brokerId, address: z.string() }),
  /** The cluster does not count on it any more. */
  z.object({ kind: z.literal('broker-down'), brokerId, isFenced: z.boolean() }),
  /** A broker the cluster counts on does not answer the console, or does again. */
  z.object({ kind: z.literal('broker-silent'), brokerId, message: z.string() }),
  z.object({ kind: z.literal('broker-answers'), brokerId }),
  /** The process of a broker of a managed cluster. */
  z.object({ kind: z.literal('broker-process'), brokerId, process: brokerProcess }),
  /** Null: none, or not told. */
  z.object({
    kind: z.literal('controller-moved'),
    from: brokerId.nullable(),
    to: brokerId.nullable(),
    epoch: z.int().nullable(),
  }),
  /** The same broker in `from` and `to`: it was elected again, with a higher leader epoch. */
  z.object({
    kind: z.literal('leader-moved'),
    from: brokerId.nullable(),
    to: brokerId.nullable(),
    partitions: partitionsNamed,
    /** Of the partitions, the highest; null where it is not told. */
    leaderEpoch: z.int().nullable(),
  }),
  z.object({ kind: z.literal('isr-shrunk'), brokers: brokerIds, partitions: partitionsNamed }),
  z.object({ kind: z.literal('isr-expanded'), brokers: brokerIds, partitions: partitionsNamed }),
  z.object({
    kind: z.literal('reassignment-began'),
    adding: brokerIds,
    removing: brokerIds,
    partitions: partitionsNamed,
  }),
  z.object({
    kind: z.literal('reassignment-ended'),
    added: brokerIds,
    removed: brokerIds,
    partitions: partitionsNamed,
  }),
  z.object({
    kind: z.literal('reassignment-cancelled'),
    adding: brokerIds,
    removing: brokerIds,
    partitions: partitionsNamed,
  }),
]);
export type ClusterChange = z.infer<typeof clusterChange>;

export const clusterEvent = z.object({
  /** Later events have higher ids. */
  id: count,
  /** When it was seen. */
  at: timestampMs,
  /** The sample before: it happened after this. Null where the time is exact, or there was none. */
  since: timestampMs.nullable(),
  change: clusterChange,
});
export type ClusterEvent = z.infer<typeof clusterEvent>;

export const clusterEventsQuery = z.object({
  /** Only events before this id. */
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
export type ClusterEventsQuery = z.input<typeof clusterEventsQuery>;

export const clusterEvents = z.object({
  /** Newest first. */
  events: z.array(clusterEvent),
  /** There are older ones. */
  hasMore: z.boolean(),
});
export type ClusterEvents = z.infer<typeof clusterEvents>;
