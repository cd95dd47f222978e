import { expect, it } from 'vitest';
import { textTable } from './text-table.ts';

it('puts numbers to the right and shows what is not known as a dash', () => {
  const table = textTable(
    ['TOPIC', 'LAG'],
    [
      ['orders', 12],
      ['payments', null],
    ],
  );
  expect(table.split('\n')).toEqual(['TOPIC     LAG', 'orders     12', 'payments    –']);
});
