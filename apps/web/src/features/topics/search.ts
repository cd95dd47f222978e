import * as z from 'zod';
import { sortParam, textParam } from '../../shared/search-params.ts';

export const topicListSearch = z.object({
  filter: textParam,
  /** Only topics with such partitions. */
  show: z.enum(['leaderless', 'under-replicated']).optional().catch(undefined),
  internal: z.boolean().optional().catch(undefined),
  sort: sortParam,
});

const wholeNumber = z.int().nonnegative().optional().catch(undefined);

/** One address for the whole topic page: the tab, and what the records tab reads. */
export const topicSearch = z.object({
  tab: z.enum(['partitions', 'replicas', 'records', 'groups', 'configs']).optional().catch(undefined),
  filter: textParam,
  /** What the matrix of replicas shows. */
  show: z.enum(['unhealthy', 'leaderless', 'moving', 'not-preferred']).optional().catch(undefined),
  sort: sortParam,
  start: z.enum(['newest', 'oldest', 'offset', 'timestamp']).optional().catch(undefined),
  offset: wholeNumber,
  timestamp: wholeNumber,
  partition: wholeNumber,
  limit: wholeNumber,
  /** The record that is open, `partition:offset`. */
  record: textParam,
});
