import type { Sort } from '@odradek/ui/data-table';
import * as z from 'zod';

/** Free text in the address. The router reads `?filter=12` as a number; it is text all the same. */
export const textParam = z
  .union([z.string(), z.number(), z.boolean()])
  .transform(String)
  .optional()
  .catch(undefined);

/** A column and direction in the address: `lag.desc`. */
export const sortParam = z
  .string()
  .regex(/^[a-z-]+\.(asc|desc)$/)
  .optional()
  .catch(undefined);

export function sortFromParam(param: string | undefined, otherwise: Sort): Sort {
  if (param === undefined) return otherwise;
  const [column = otherwise.column, direction] = param.split('.');
  return { column, direction: direction === 'asc' ? 'ascending' : 'descending' };
}

export function sortToParam({ column, direction }: Sort): string {
  return `${column}.${direction === 'ascending' ? 'asc' : 'desc'}`;
}
