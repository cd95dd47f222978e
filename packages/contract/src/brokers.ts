import * as z from 'zod';
import { bytes, count, timestampMs } from './scalars.ts';

export const broker = z.object({
  id: z.int(),
  /** The advertised address. */
  host: z.string(),
  port: count,
  rack: z.string().nullable(),
  isController: z.boolean(),
  reachable: z.boolean(),
  /** Why it does not answer; null while reachable. */
  reason: z.string().nullable(),
  /** Partitions this broker leads. */
  leaders: count,
  /** Partition replicas assigned to it. */
  replicas: count,
  /** Assigned replicas that are not in sync. */
  outOfSync: count,
  /** Sum over its log directories; null when DescribeLogDirs is not permitted. */
  sizeBytes: bytes.nullable(),
});
export type Broker = z.infer<typeof broker>;

export const brokerList = z.object({ brokers: z.array(broker), checkedAt: timestampMs.nullable() });
export type BrokerList = z.infer<typeof brokerList>;
