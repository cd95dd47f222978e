import type { ClientProcess } from './client-process.ts';

/** Shorter and longer than sessions and rebalances last. */
const HELD_UP_MS = { least: 1000, most: 9000 };

/**
 * Now and then stands still, as whoever works on what it has read for too long or does not get a processor: by the time
 * it goes on others may have its place, and it does not know.
 */
export async function dawdle(
  client: ClientProcess,
  { chance, isOver }: { readonly chance: number; readonly isOver: () => boolean },
): Promise<void> {
  if (isOver() || !client.random.chance(chance)) return;
  await client.sleep(client.random.between(HELD_UP_MS.least, HELD_UP_MS.most));
}
