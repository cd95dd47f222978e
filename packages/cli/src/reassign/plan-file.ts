import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { usageFailure } from '../failure.ts';
import type { PartitionReplicas } from './plan-assignment.ts';

/** What `kafka-reassign-partitions` reads and writes; log directories beside the replicas are not moved here. */
const planSchema = z.object({
  version: z.literal(1),
  partitions: z
    .array(
      z.object({
        topic: z.string().min(1),
        partition: z.int().min(0),
        replicas: z.array(z.int().min(0)).min(1),
      }),
    )
    .min(1, 'it names no partition'),
});

/** The text of a plan as Kafka's own tool takes it. */
export function planText(partitions: readonly PartitionReplicas[]): string {
  const plain = partitions.map(({ topic, partition, replicas }) => ({ topic, partition, replicas }));
  return JSON.stringify({ version: 1, partitions: plain });
}

/** The plan in a file. Ends with a sentence for one that cannot be read, or names a partition or a replica twice. */
export async function readPlan(path: string): Promise<PartitionReplicas[]> {
  const refuse = (why: string) => usageFailure(`the plan ${path} cannot be used: ${why}`);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
  const parsed = planSchema.safeParse(value);
  if (!parsed.success) throw refuse(z.prettifyError(parsed.error).replaceAll('\n', ' '));
  const seen = new Set<string>();
  for (const { topic, partition, replicas } of parsed.data.partitions) {
    const name = `${topic}-${partition}`;
    if (seen.has(name)) throw refuse(`it names ${name} twice`);
    if (new Set(replicas).size < replicas.length) throw refuse(`a replica of ${name} is named twice`);
    seen.add(name);
  }
  return parsed.data.partitions;
}
