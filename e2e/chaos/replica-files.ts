import { createHash } from 'node:crypto';
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Whether the replicas of each partition of a topic are byte for byte the same, however their segments are cut; a
 * sentence for each that is not. To be asked when all brokers have stopped.
 */
export async function differingReplicas(
  dataDirectories: readonly string[],
  topic: string,
  partitions: number,
): Promise<string[]> {
  const found: string[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const digests: string[] = [];
    for (const directory of dataDirectories)
      digests.push(await digestOf(join(directory, `${topic}-${partition}`)));
    if (new Set(digests).size > 1) found.push(`partition ${partition}: ${digests.join(', ')}`);
  }
  return found;
}

async function digestOf(folder: string): Promise<string> {
  const hash = createHash('sha256');
  let bytes = 0;
  for (const name of readdirSync(folder).sort()) {
    if (!name.endsWith('.log')) continue;
    for await (const chunk of createReadStream(join(folder, name))) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
  }
  return `${hash.digest('hex').slice(0, 12)} of ${bytes} bytes`;
}
