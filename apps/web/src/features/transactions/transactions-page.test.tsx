import { paths } from '@odradek/contract';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { aCluster, sampledAt } from '../../../test/cluster-answers.ts';
import { openConsole, refused } from '../../../test/console-under-test.tsx';

const page = '/c/local/transactions';
const list = `GET ${paths.transactions('local')}`;
const abort = `POST ${paths.abortTransaction('local')}`;

const open = {
  ...{ transactionalId: 'billing-eu', state: 'Ongoing', isOpen: true, producerId: 7, producerEpoch: 2 },
  ...{ timeoutMs: 60_000, startedAt: sampledAt - 300_000, coordinator: 1 },
  partitions: [{ topic: 'invoices', partitions: [0, 1] }],
};
const idle = {
  ...{
    transactionalId: 'shipping',
    state: 'CompleteCommit',
    isOpen: false,
    producerId: 8,
    producerEpoch: null,
  },
  ...{ timeoutMs: null, startedAt: null, coordinator: 1, partitions: null },
};
const held = {
  ...{
    topic: 'invoices',
    partition: 1,
    lastStableOffset: 1_000_000,
    highWatermark: 1_250_000,
    state: 'overdue',
  },
  producer: {
    producerId: 7,
    producerEpoch: 2,
    startOffset: 1_000_000,
    lastWriteAt: sampledAt,
    transactionalId: 'billing-eu',
  },
};
const hanging = {
  ...{ topic: 'audit', partition: 0, lastStableOffset: 5, highWatermark: 9, state: 'hanging' },
  producer: { producerId: 9, producerEpoch: 0, startOffset: 5, lastWriteAt: null, transactionalId: null },
};
const known = {
  ...{ state: 'known', transactions: [open, idle], held: [held, hanging], heldMore: 0, tellsProducers: true },
  ...{ silentBrokers: [], checkedAt: sampledAt },
};

const heldTable = () => screen.findByRole('table', { name: 'Partitions held back' });
const idTable = () => screen.findByRole('table', { name: 'Transactional ids' });

describe('transactions', () => {
  it('show who holds back what since when, with exact offsets', async () => {
    openConsole(page, { [list]: known });
    const row = within(await heldTable()).getByRole('row', { name: /invoices-1/ });
    expect(row.textContent).toContain('1,000,000');
    expect(row.textContent).toContain('1,250,000');
    expect(row.textContent).toContain('Overdue');
    expect(row.textContent).toContain('producer 7, epoch 2, from offset 1,000,000');
    const ids = within(await idTable());
    expect(ids.getByRole('row', { name: /billing-eu/ }).textContent).toContain('5 min');
    expect(ids.queryByRole('row', { name: /shipping/ })).toBeNull();
  });

  it('that are not open are shown when they are asked for, and the address says so', async () => {
    const { router } = openConsole(page, { [list]: known });
    await idTable();
    fireEvent.click(screen.getByRole('radio', { name: 'All' }));
    expect(await within(await idTable()).findByRole('row', { name: /shipping/ })).toBeDefined();
    expect(router.state.location.searchStr).toBe('?show=all');
    fireEvent.change(screen.getByRole('searchbox'), { target: { value: 'invoi' } });
    await waitFor(() => expect(screen.queryByText('shipping')).toBeNull());
  });

  it('that hang are aborted in their partition, after a confirmation that says what it means', async () => {
    const { sent } = openConsole(page, { [list]: known, [abort]: { producerId: 9, producerEpoch: 0 } });
    const row = within(await heldTable()).getByRole('row', { name: /audit-0/ });
    fireEvent.click(within(row).getByRole('button', { name: 'Abort' }));
    const dialog = await screen.findByRole('dialog', { name: 'Abort a hanging transaction' });
    expect(dialog.textContent).toContain('No coordinator knows of this transaction');
    expect(sent.some(({ request }) => request === abort)).toBe(false);
    fireEvent.click(within(dialog).getByRole('button', { name: 'Abort the transaction' }));
    expect(await screen.findByText('The transaction of producer 9 was aborted')).toBeDefined();
    expect(sent.find(({ request }) => request === abort)?.body).toEqual({
      ...{ kind: 'hanging', topic: 'audit', partition: 0, startOffset: 5 },
    });
  });

  it('that their coordinator knows are ended by fencing their producer; a refusal stays in the dialog', async () => {
    const { sent } = openConsole(page, {
      [list]: known,
      [abort]: refused(409, 'NO_SUCH_TRANSACTION', 'billing-eu: it has nothing open.'),
    });
    const row = within(await idTable()).getByRole('row', { name: /billing-eu/ });
    fireEvent.click(within(row).getByRole('button', { name: 'Abort' }));
    const dialog = await screen.findByRole('dialog', { name: 'Abort what billing-eu has open' });
    expect(dialog.textContent).toContain('The producer is fenced');
    fireEvent.click(within(dialog).getByRole('button', { name: 'Abort the transaction' }));
    expect(await within(dialog).findByText(/it has nothing open/)).toBeDefined();
    expect(sent.find(({ request }) => request === abort)?.body).toEqual({
      ...{ kind: 'fence', transactionalId: 'billing-eu' },
    });
  });

  it('cannot be ended on a cluster that is read-only', async () => {
    openConsole(page, {
      [list]: known,
      [`GET ${paths.clusters()}`]: { clusters: [aCluster({ readOnly: true })] },
    });
    await heldTable();
    await waitFor(() => {
      const buttons = screen.getAllByRole<HTMLButtonElement>('button', { name: 'Abort' });
      expect(buttons.every(({ disabled }) => disabled)).toBe(true);
    });
  });
});

describe('what is not known', () => {
  it('is said: brokers that do not list transactions', async () => {
    openConsole(page, { [list]: { ...known, state: 'not-supported', transactions: [], held: [] } });
    expect(
      await screen.findByRole('heading', { name: 'These brokers do not list transactions' }),
    ).toBeDefined();
    expect(screen.getByRole('heading', { name: 'Nothing is held back' })).toBeDefined();
  });

  it('is said: a coordinator that does not answer, and leaders that do not tell', async () => {
    const producer = null;
    openConsole(page, {
      [list]: {
        ...known,
        silentBrokers: [2],
        tellsProducers: false,
        held: [{ ...held, state: 'unclear', producer }],
      },
    });
    expect(await screen.findByText(/Broker 2 does not answer/)).toBeDefined();
    expect(screen.getByText(/no API to tell their producers by/)).toBeDefined();
    expect(within(await heldTable()).getByRole('row', { name: /invoices-1/ }).textContent).toContain(
      'not told',
    );
  });

  it('is said: that there are none', async () => {
    openConsole(page, { [list]: { ...known, transactions: [], held: [] } });
    expect(await screen.findByRole('heading', { name: 'No transactional ids yet' })).toBeDefined();
  });

  it('is told in its place when the call fails', async () => {
    openConsole(page, { [list]: refused(503, 'CLUSTER_UNREACHABLE', 'Nobody answers.') });
    expect((await screen.findByRole('alert')).textContent).toContain('Nobody answers.');
  });
});
