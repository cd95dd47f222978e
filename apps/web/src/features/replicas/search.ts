import * as z from 'zod';
import { textParam } from '../../shared/search-params.ts';
import { matrixFilters } from './matrix-rows.ts';

export const replicasSearch = z.object({
  filter: textParam,
  /** Only partitions of this kind. */
  show: z.enum(matrixFilters).optional().catch(undefined),
});
