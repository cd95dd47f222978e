import type { Sort } from '@odradek/ui/data-table';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { sortFromParam, sortToParam } from '../../shared/search-params.ts';

/** The order of the table in the open tab, held by the address. */
export function useTopicTable({ column, direction }: Sort): { sort: Sort; onSort: (sort: Sort) => void } {
  const { sort } = useSearch({ from: '/c/$cluster/topics/$topic' });
  const navigate = useNavigate({ from: '/c/$cluster/topics/$topic' });
  return {
    sort: useMemo(() => sortFromParam(sort, { column, direction }), [sort, column, direction]),
    onSort: (next) =>
      void navigate({
        search: (held) => ({ ...held, sort: sortToParam(next) }),
        replace: true,
        resetScroll: false,
      }),
  };
}
