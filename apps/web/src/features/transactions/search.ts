import * as z from 'zod';
import { sortParam, textParam } from '../../shared/search-params.ts';

export const transactionsSearch = z.object({
  filter: textParam,
  /** Also transactional ids that have nothing open. */
  show: z.enum(['all']).optional().catch(undefined),
  sort: sortParam,
});
