import { fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { createPortal } from 'react-dom';
import { describe, expect, it, vi } from 'vitest';
import { type Column, DataTable, type Sort } from './data-table.tsx';

interface Topic {
  name: string;
  lag: number | null;
}

const columns: readonly Column<Topic>[] = [
  {
    id: 'name',
    header: 'Name',
    cell: ({ name }) => <a href={`#${name}`}>{name}</a>,
    sortBy: ({ name }) => name,
  },
  { id: 'lag', header: 'Lag', align: 'end', cell: ({ lag }) => lag ?? '–', sortBy: ({ lag }) => lag },
];

const topics: readonly Topic[] = [
  { name: 'topic-10', lag: null },
  { name: 'topic-9', lag: 7 },
  { name: 'topic-1', lag: 300 },
];

function draw(rows: readonly Topic[], sort: Sort | null, onSort?: (sort: Sort) => void) {
  const named = onSort ? { onSort } : {};
  return render(
    <DataTable
      label="Topics"
      columns={columns}
      rows={rows}
      rowKey={({ name }) => name}
      sort={sort}
      empty={<p>Nothing here</p>}
      {...named}
    />,
  );
}

const names = () => screen.getAllByRole('link').map((link) => link.textContent);

describe('the order of rows', () => {
  it('is the given one without a sort', () => {
    draw(topics, null);
    expect(names()).toEqual(['topic-10', 'topic-9', 'topic-1']);
  });

  it('counts the numbers inside names', () => {
    draw(topics, { column: 'name', direction: 'ascending' });
    expect(names()).toEqual(['topic-1', 'topic-9', 'topic-10']);
  });

  it.each([
    ['ascending', ['topic-9', 'topic-1', 'topic-10']],
    ['descending', ['topic-1', 'topic-9', 'topic-10']],
  ] as const)('has what is not known last when %s', (direction, expected) => {
    draw(topics, { column: 'lag', direction });
    expect(names()).toEqual(expected);
  });

  it('is told by the header, and a click asks for largest numbers first', () => {
    const onSort = vi.fn();
    draw(topics, { column: 'name', direction: 'ascending' }, onSort);
    expect(screen.getByRole('columnheader', { name: 'Name' }).getAttribute('aria-sort')).toBe('ascending');
    fireEvent.click(screen.getByRole('button', { name: 'Lag' }));
    fireEvent.click(screen.getByRole('button', { name: 'Name' }));
    expect(onSort.mock.calls).toEqual([
      [{ column: 'lag', direction: 'descending' }],
      [{ column: 'name', direction: 'descending' }],
    ]);
  });
});

describe('a row', () => {
  it('is followed by a click anywhere on it', () => {
    draw(topics, null);
    const followed = vi.fn();
    screen.getByRole('link', { name: 'topic-9' }).addEventListener('click', followed);
    fireEvent.click(screen.getByText('7'));
    expect(followed).toHaveBeenCalledOnce();
  });

  it.each(['ArrowDown', 'j'])('gives the focus to the next one by %s', async (key) => {
    draw(topics, null);
    const first = screen.getByRole('link', { name: 'topic-10' });
    first.focus();
    fireEvent.keyDown(first, { key });
    await waitFor(() => expect(document.activeElement?.textContent).toBe('topic-9'));
  });

  it('at the end keeps the focus', () => {
    draw(topics, null);
    const last = screen.getByRole('link', { name: 'topic-1' });
    last.focus();
    fireEvent.keyDown(last, { key: 'ArrowDown' });
    expect(document.activeElement).toBe(last);
  });
});

it('a table without rows says why in their place', () => {
  draw([], null);
  expect(screen.getByText('Nothing here')).toBeDefined();
});

it('a long list draws only the rows in sight, and tells how many there are', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => ({ name: `topic-${index}`, lag: index }));
  draw(many, null);
  const table = screen.getByRole('table', { name: 'Topics' });
  expect(table.getAttribute('aria-rowcount')).toBe('10001');
  expect(within(table).getAllByRole('row').length).toBeLessThan(150);
});

it('a click in what a cell has opened elsewhere on the page does not follow the act of the row', () => {
  const act = vi.fn();
  const opened: readonly Column<Topic>[] = [
    {
      id: 'name',
      header: 'Name',
      cell: ({ name }) => (
        <>
          <button type="button" onClick={act}>
            {name}
          </button>
          {createPortal(<p>elsewhere</p>, document.body)}
        </>
      ),
    },
  ];
  render(
    <DataTable
      label="Topics"
      columns={opened}
      rows={topics.slice(0, 1)}
      rowKey={({ name }) => name}
      sort={null}
    />,
  );
  fireEvent.click(screen.getByText('elsewhere'));
  expect(act).not.toHaveBeenCalled();
  fireEvent.click(screen.getByRole('cell'));
  expect(act).toHaveBeenCalledOnce();
});
