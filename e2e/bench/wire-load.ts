import { batch } from '../interop/differential/batches.ts';
import type { WireClient } from '../interop/differential/wire-client.ts';

/**
 * Sends a batch of two records to each partition of a topic, in one request, and waits until all are written. Returns
 * how many bytes they take in the log.
 */
export async function produceToEach(
  client: WireClient,
  topic: string,
  load: { readonly partitions: number; readonly timestamp: number; readonly valueBytes: number },
): Promise<number> {
  const records = batch(load);
  const answer = await client.send('Produce', 9, {
    acks: -1,
    timeoutMs: 60_000,
    topicData: [
      {
        name: topic,
        partitionData: Array.from({ length: load.partitions }, (_, index) => ({ index, records })),
      },
    ],
  });
  if (!('response' in answer)) throw new Error('the broker closed the connection');
  const [{ partitionResponses }] = (answer.response as ProduceAnswer).responses;
  const refused = new Set(partitionResponses.map(({ errorCode }) => errorCode));
  refused.delete(0);
  if (refused.size > 0) throw new Error(`records were refused with ${[...refused].join(', ')}`);
  return records.length * load.partitions;
}

interface ProduceAnswer {
  readonly responses: readonly [{ readonly partitionResponses: readonly { readonly errorCode: number }[] }];
}
