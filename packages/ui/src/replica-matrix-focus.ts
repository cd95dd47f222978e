import { type KeyboardEvent, type RefObject, useState } from 'react';

interface GridFocusNeeds {
  frame: RefObject<HTMLElement | null>;
  rows: number;
  columns: number;
  /** Brings a row that may not be drawn into sight. */
  scrollToRow: (row: number) => void;
  onSpace: (row: number) => void;
}

const pageRows = 10;

/** Moves the focus between the cells of a grid, of which one at a time can be reached by the Tab key. */
export function useGridFocus({ frame, rows, columns, scrollToRow, onSpace }: GridFocusNeeds) {
  const [chosen, setChosen] = useState({ row: 0, column: 0 });
  const current = {
    row: Math.min(chosen.row, Math.max(0, rows - 1)),
    column: Math.min(chosen.column, columns - 1),
  };
  const goTo = (row: number, column: number) => {
    const next = {
      row: Math.max(0, Math.min(row, rows - 1)),
      column: Math.max(0, Math.min(column, columns - 1)),
    };
    setChosen(next);
    scrollToRow(next.row);
    requestAnimationFrame(() =>
      frame.current?.querySelector<HTMLElement>(`[data-cell="${next.row}:${next.column}"]`)?.focus(),
    );
  };
  return {
    onKeyDown(event: KeyboardEvent) {
      const at = placeOf(event.target);
      if (at === null || event.altKey || event.metaKey) return;
      const target = targetOf(event, at, { rows, columns });
      if (target !== null) goTo(target.row, target.column);
      else if (event.key === ' ' && !isInput(event.target)) onSpace(at.row);
      else if (event.key === 'Enter') actOf(event.target)?.click();
      else return;
      event.preventDefault();
    },
    /** What a cell needs to take part. */
    cell(row: number, column: number) {
      const isCurrent = row === current.row && column === current.column;
      return {
        'data-cell': `${row}:${column}`,
        tabIndex: isCurrent ? 0 : -1,
        onFocus: () => setChosen({ row, column }),
      };
    },
  };
}

interface Place {
  row: number;
  column: number;
}

function targetOf(
  { key, ctrlKey }: KeyboardEvent,
  { row, column }: Place,
  { rows, columns }: { rows: number; columns: number },
): Place | null {
  switch (key) {
    case 'ArrowUp':
      return { row: row - 1, column };
    case 'ArrowDown':
      return { row: row + 1, column };
    case 'ArrowLeft':
      return { row, column: column - 1 };
    case 'ArrowRight':
      return { row, column: column + 1 };
    case 'Home':
      return { row: ctrlKey ? 0 : row, column: 0 };
    case 'End':
      return { row: ctrlKey ? rows - 1 : row, column: columns - 1 };
    case 'PageUp':
      return { row: row - pageRows, column };
    case 'PageDown':
      return { row: row + pageRows, column };
    default:
      return null;
  }
}

function placeOf(target: EventTarget): Place | null {
  const cell = target instanceof Element ? target.closest('[data-cell]') : null;
  const [row, column] = (cell?.getAttribute('data-cell') ?? '').split(':').map(Number);
  return row === undefined || column === undefined || cell === null ? null : { row, column };
}

function isInput(target: EventTarget): boolean {
  return target instanceof HTMLInputElement;
}

/** The link of the row, which is what Enter follows wherever in the row the focus is. */
function actOf(target: EventTarget): HTMLElement | null {
  if (!(target instanceof Element) || target.matches('a, button')) return null;
  return target.closest('tr')?.querySelector<HTMLElement>('a[href]') ?? null;
}
