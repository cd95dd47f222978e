import * as z from 'zod';
import { sortParam, textParam } from '../../shared/search-params.ts';

export const groupListSearch = z.object({
  filter: textParam,
  verdict: z.enum(['OK', 'WARN', 'ERR']).optional().catch(undefined),
  sort: sortParam,
});

/** How far back the lag chart shows. */
export const lagRanges = { '5m': 5, '15m': 15, '1h': 60, '6h': 360, '24h': 1440 } as const;
export type LagRange = keyof typeof lagRanges;

export const groupSearch = z.object({
  range: z.enum(['5m', '15m', '1h', '6h', '24h']).optional().catch(undefined),
  /** The partition that is looked at, `topic:partition`. */
  partition: textParam,
  sort: sortParam,
});
