import * as z from 'zod';
import { sortParam } from '../../shared/search-params.ts';

export const brokersSearch = z.object({ sort: sortParam });
