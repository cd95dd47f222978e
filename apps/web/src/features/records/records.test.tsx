import { paths } from '@odradek/contract';
import { fireEvent, screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { aTopicDetail, sampledAt } from '../../../test/cluster-answers.ts';
import { openConsole } from '../../../test/console-under-test.tsx';

const text = (encoding: string, value: string) => ({
  encoding,
  text: value,
  sizeBytes: value.length,
  truncated: false,
});
const record = (offset: number, value: unknown) => ({
  partition: 0,
  offset,
  timestamp: sampledAt,
  timestampType: 'create-time',
  key: { encoding: 'null' },
  value,
  headers: [],
  sizeBytes: 10,
});
const peek = {
  records: [
    record(3, text('json', '{"id":9223372036854775807}')),
    record(2, text('utf8', '')),
    record(1, { encoding: 'null' }),
  ],
  partitions: [{ partition: 0, logStartOffset: 0, endOffset: 4, nextOffset: null, error: null }],
};
const records = paths.records('local', 'orders');
const answers = {
  [`GET ${paths.topic('local', 'orders')}`]: aTopicDetail(),
  [`GET ${records}`]: peek,
  [`POST ${records}`]: { partition: 0, offset: 4 },
};

it('a null value and an empty one look different', async () => {
  openConsole('/c/local/topics/orders?tab=records', answers);
  const table = await screen.findByRole('table', { name: 'Records' });
  const rows = within(table).getAllByRole('row').slice(1);
  expect(rows.map((row) => row.lastElementChild?.previousElementSibling?.textContent)).toEqual([
    '{"id":9223372036854775807}',
    'empty string',
    'null',
  ]);
});

it('an opened record shows every digit, and stands in the address', async () => {
  const { router } = openConsole('/c/local/topics/orders?tab=records', answers);
  fireEvent.click(await screen.findByRole('button', { name: '3' }));
  const detail = await screen.findByRole('region', { name: 'Partition 0, offset 3' });
  expect(detail.textContent).toContain('"id": 9223372036854775807');
  expect(router.state.location.search).toEqual({ tab: 'records', record: '0:3' });
});

it('the address says what is read', async () => {
  const { sent } = openConsole(
    '/c/local/topics/orders?tab=records&start=offset&offset=2&partition=0&limit=20',
    answers,
  );
  await screen.findByRole('table', { name: 'Records' });
  expect(sent.find(({ request }) => request === `GET ${records}`)?.query).toBe(
    '?start=offset&limit=20&partition=0&offset=2',
  );
});

it('nothing is read before the offset to start at is filled in', async () => {
  const { sent } = openConsole('/c/local/topics/orders?tab=records&start=offset', answers);
  fireEvent.change(await screen.findByLabelText('From offset'), { target: { value: '1' } });
  await screen.findByRole('table', { name: 'Records' });
  const queries = sent.filter(({ request }) => request === `GET ${records}`).map(({ query }) => query);
  expect(queries).toEqual(['?start=offset&limit=50&offset=1']);
});

it('a produced record says where it went, and is read at once', async () => {
  const { sent } = openConsole('/c/local/topics/orders?tab=records', answers);
  fireEvent.click(await screen.findByRole('button', { name: 'Produce record' }));
  const dialog = await screen.findByRole('dialog', { name: 'Produce to orders' });
  fireEvent.click(within(dialog).getByLabelText('No value (null, a tombstone)'));
  fireEvent.click(within(dialog).getByRole('button', { name: 'Produce' }));
  expect(await screen.findByText('Written to partition 0, offset 4')).toBeDefined();
  expect(sent.find(({ request }) => request === `POST ${records}`)?.body).toMatchObject({
    partition: null,
    value: { encoding: 'null' },
  });
  expect(sent.filter(({ request }) => request === `GET ${records}`)).toHaveLength(2);
});
