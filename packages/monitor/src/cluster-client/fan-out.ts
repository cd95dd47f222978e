/** At most this many brokers of a cluster are asked at the same time. */
const CONCURRENCY = 8;

/**
 * Runs `ask` for each item, a few at a time. What fails is handed to `onFailure` and the rest goes on: one broker
 * that is down must not hide what the others say.
 */
export async function fanOut<T>(
  items: Iterable<T>,
  ask: (item: T) => Promise<void>,
  onFailure: (item: T, error: unknown) => void,
): Promise<void> {
  const waiting = [...items].reverse();
  const worker = async () => {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
      try {
        await ask(item);
      } catch (error) {
        onFailure(item, error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, waiting.length) }, worker));
}

/** The items in groups of at most `size`, in order. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
