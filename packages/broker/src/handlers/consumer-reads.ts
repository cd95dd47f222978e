import { delayFetch } from '../replication/delayed-fetch.ts';
import type { Clock } from '../runtime/clock.ts';
import type { ReadPass } from './read-pass.ts';

/** How long a fetch may wait, and for what. */
export interface FetchPatience {
  readonly minBytes: number;
  readonly maxWaitMs: number;
  readonly clock: Clock;
}

/** The reads of a consumer or a tool: a first pass over all partitions, perhaps a wait, then those that changed again. */
export async function readForConsumer(pass: ReadPass, patience: FetchPatience): Promise<void> {
  const { targets, isolation } = pass;
  const marks = targets.map(({ partition }) => partition?.watched(isolation).mark() ?? null);
  await pass.readAll();
  const { maxWaitMs, clock } = patience;
  const missingBytes = pass.missingBytes(patience.minBytes);
  // No partition at all is nothing to wait for.
  if (targets.length === 0 || maxWaitMs <= 0 || missingBytes <= 0 || pass.isUrgent) return;
  const waiting = targets.flatMap(({ partition }, index) => {
    const mark = marks[index] ?? null;
    return partition === null || mark === null
      ? []
      : [{ partition: partition.watched(isolation), mark, index }];
  });
  const changed = await delayFetch({ partitions: waiting, missingBytes, maxWaitMs, clock });
  for (const position of changed) await pass.readAgain(waiting[position]?.index ?? -1);
}
