/** Where reading starts, as the address holds it. */
export interface PeekChoice {
  start: 'newest' | 'oldest' | 'offset' | 'timestamp';
  offset: number | undefined;
  timestamp: number | undefined;
  partition: number | undefined;
  limit: number;
}

/** The contract's `PeekQuery` as this page sends it. */
export interface PeekRequest {
  start: PeekChoice['start'];
  limit: number;
  offset?: number | undefined;
  timestamp?: number | undefined;
  partition?: number | undefined;
}

export const limits = [20, 50, 100, 200, 500] as const;

/** The address's parameters with what was left out filled in. */
export function peekChoiceOf(search: {
  start?: PeekChoice['start'] | undefined;
  offset?: number | undefined;
  timestamp?: number | undefined;
  partition?: number | undefined;
  limit?: number | undefined;
}): PeekChoice {
  return {
    start: search.start ?? 'newest',
    offset: search.offset,
    timestamp: search.timestamp,
    partition: search.partition,
    limit: Math.min(500, Math.max(1, search.limit ?? 50)),
  };
}

/** The query for a choice; null while the offset or time to start at is still missing. */
export function peekQueryOf({ start, offset, timestamp, partition, limit }: PeekChoice): PeekRequest | null {
  if (start === 'offset' && offset === undefined) return null;
  if (start === 'timestamp' && timestamp === undefined) return null;
  return {
    start,
    limit,
    partition,
    offset: start === 'offset' ? offset : undefined,
    timestamp: start === 'timestamp' ? timestamp : undefined,
  };
}

/** Text of a `datetime-local` input, in the browser's time zone. */
export function toLocalInput(at: number | undefined): string {
  if (at === undefined) return '';
  return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

export function fromLocalInput(text: string): number | undefined {
  const at = new Date(text).getTime();
  return Number.isNaN(at) ? undefined : Math.max(0, at);
}
