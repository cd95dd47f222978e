import { createHash } from 'node:crypto';
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { dumpLog } from '@odradek/broker/dump';

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

/** How many epochs a producer id can have. */
const EPOCHS = 2 ** 16;

/** By partition and offset, the id and the epoch, as one number, of the producer who wrote what a replica has there. */
export async function producerEpochs(
  dataDirectory: string,
  topic: string,
  partitions: number,
): Promise<number[][]> {
  const epochs: number[][] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const ofPartition: number[] = [];
    const folder = join(dataDirectory, `${topic}-${partition}`);
    for (const name of readdirSync(folder).sort()) {
      if (!name.endsWith('.log')) continue;
      for await (const entry of dumpLog(join(folder, name), { records: false }))
        if (entry.kind === 'batch')
          for (let offset = entry.baseOffset; offset <= entry.lastOffset; offset++)
            ofPartition[offset] = entry.producerId * EPOCHS + entry.producerEpoch;
    }
    epochs.push(ofPartition);
  }
  return epochs;
}
