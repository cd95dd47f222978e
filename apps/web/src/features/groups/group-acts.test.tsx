import { paths } from '@odradek/contract';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { aCluster, aStalledGroup, sampledAt } from '../../../test/cluster-answers.ts';
import { openConsole, refused } from '../../../test/console-under-test.tsx';

const plan = `POST ${paths.offsetPlan('local', 'billing')}`;
const reset = `POST ${paths.offsetReset('local', 'billing')}`;
const undo = `POST ${paths.offsetUndo('local', 'billing')}`;
const lastReset = `GET ${paths.offsetReset('local', 'billing')}`;
const rebalances = `GET ${paths.rebalances('local', 'billing')}`;

const planned = {
  group: 'billing',
  partitions: [
    { topic: 'orders', partition: 0, before: 1_234_567, after: 0, start: 0, end: 1_234_570, note: null },
    { topic: 'orders', partition: 1, before: null, after: null, start: 0, end: 4, note: 'no-offset' },
  ],
  changes: 1,
  recordsAgain: 1_234_567,
  recordsSkipped: 0,
  active: null,
};
const noneSeen = { source: 'offsets-topic', since: sampledAt, rebalances: [], checkedAt: sampledAt };
const answers = {
  [`GET ${paths.group('local', 'billing')}`]: aStalledGroup(),
  [lastReset]: { reset: null },
  [rebalances]: noneSeen,
};

async function openPreview() {
  fireEvent.click(await screen.findByRole('button', { name: 'Reset offsets' }));
  const dialog = await screen.findByRole('dialog', { name: 'Reset offsets of billing' });
  fireEvent.click(within(dialog).getByRole('button', { name: 'Preview' }));
  return dialog;
}

describe('a reset of offsets', () => {
  it('shows every partition before and after in exact figures, and sends what it showed', async () => {
    const { sent } = openConsole('/c/local/groups/billing', {
      ...answers,
      [plan]: planned,
      [reset]: { changed: 1, refused: [] },
    });
    const dialog = await openPreview();
    const row = await within(dialog).findByRole('row', { name: /orders-0/ });
    expect(row.textContent).toContain('1,234,567');
    expect(row.textContent).toContain('−1,234,567');
    expect(within(dialog).getByRole('row', { name: /orders-1/ }).textContent).toContain(
      'Stays: there is no offset to go by',
    );
    fireEvent.click(within(dialog).getByRole('button', { name: 'Reset 1 offset' }));
    expect(await screen.findByText('1 offset was set')).toBeDefined();
    expect(sent.find(({ request }) => request === reset)?.body).toEqual({
      partitions: [{ topic: 'orders', partition: 0, before: 1_234_567, after: 0 }],
    });
  });

  it('is refused with an explanation while members are active, until one looks again', async () => {
    const members = [{ memberId: 'm', clientId: 'billing-1', host: '/10.0.0.7' }];
    const { answers: all } = openConsole('/c/local/groups/billing', {
      ...answers,
      [plan]: { ...planned, active: { state: 'Stable', members } },
    });
    const dialog = await openPreview();
    const notice = await within(dialog).findByText(/cannot be set while the group is in use/);
    expect(notice.closest('[role=status]')?.textContent).toContain('billing-1 on 10.0.0.7');
    expect(within(dialog).getByRole<HTMLButtonElement>('button', { name: 'Reset 1 offset' }).disabled).toBe(
      true,
    );
    all[plan] = planned;
    fireEvent.click(within(dialog).getByRole('button', { name: 'Look again' }));
    await waitFor(() => expect(within(dialog).queryByText(/while the group is in use/)).toBeNull());
    expect(within(dialog).getByRole<HTMLButtonElement>('button', { name: 'Reset 1 offset' }).disabled).toBe(
      false,
    );
  });

  it('that comes too late says so and changes nothing', async () => {
    openConsole('/c/local/groups/billing', {
      ...answers,
      [plan]: planned,
      [reset]: refused(409, 'OFFSETS_CHANGED', 'billing has committed since this was planned.'),
    });
    const dialog = await openPreview();
    fireEvent.click(await within(dialog).findByRole('button', { name: 'Reset 1 offset' }));
    expect(await within(dialog).findByText(/has committed since this was planned/)).toBeDefined();
    expect(within(dialog).getByRole('button', { name: 'Look again' })).toBeDefined();
  });

  it('does not begin on a cluster that is read-only', async () => {
    openConsole('/c/local/groups/billing', {
      ...answers,
      [`GET ${paths.clusters()}`]: { clusters: [aCluster({ readOnly: true })] },
    });
    const button = await screen.findByRole<HTMLButtonElement>('button', { name: 'Reset offsets' });
    await waitFor(() => expect(button.disabled).toBe(true));
  });

  it('can be undone by one click while nobody has committed since', async () => {
    const past = {
      ...{ id: 7, at: Date.now() - 5_000, cannotUndo: null },
      partitions: [{ topic: 'orders', partition: 0, before: 40, after: 3 }],
    };
    const {
      sent,
      answers: all,
      queryClient,
    } = openConsole('/c/local/groups/billing', {
      ...answers,
      [lastReset]: { reset: past },
      [undo]: { changed: 1, refused: [] },
    });
    expect(await screen.findByText(/orders-0 from 40 to 3 was reset here/)).toBeDefined();
    all[lastReset] = { reset: { ...past, cannotUndo: 'committed-since' } };
    await queryClient.refetchQueries();
    expect(await screen.findByText(/has committed since, so this can no longer be undone/)).toBeDefined();
    expect(screen.queryByRole('button', { name: 'Undo the reset' })).toBeNull();
    all[lastReset] = { reset: past };
    await queryClient.refetchQueries();
    fireEvent.click(await screen.findByRole('button', { name: 'Undo the reset' }));
    expect(await screen.findByText('1 offset is back where it was')).toBeDefined();
    expect(sent.find(({ request }) => request === undo)?.body).toEqual({ id: 7 });
  });
});

describe('the rebalances', () => {
  const member = { memberId: 'm-1', clientId: 'billing-1', instanceId: null, host: '/h' };
  const other = { memberId: 'm-2', clientId: 'billing-2', instanceId: null, host: '/h' };
  const one = {
    ...{
      id: 3,
      fromEpoch: 4,
      toEpoch: 5,
      kind: 'eager',
      beganAt: sampledAt - 9_000,
      beganAfter: sampledAt - 10_000,
    },
    ...{ endedAt: sampledAt - 8_000, endedAfter: null, joined: [other], left: [], partitionsMoved: 2 },
    members: [
      { ...member, partitions: 2, gained: 0, lost: 2 },
      { ...other, partitions: 2, gained: 2, lost: 0 },
    ],
    stopped: { atLeastMs: 1_000, atMostMs: 2_000 },
  };

  it('are told with who came, what moved and how long the world stood still, as bars and as a list', async () => {
    openConsole('/c/local/groups/billing', { ...answers, [rebalances]: { ...noneSeen, rebalances: [one] } });
    const list = await screen.findByRole('table', { name: 'Rebalances' });
    const row = within(list).getAllByRole('row')[1];
    expect(row?.textContent).toContain('4 → 5');
    expect(row?.textContent).toContain('billing-2 joined');
    expect(row?.textContent).toContain('1.0 s to 2.0 s');
    const lanes = screen.getByRole('table', { name: 'Partitions of each member after each rebalance' });
    expect(within(lanes).getByRole('row', { name: /billing-2/ }).textContent).toContain(
      'joined, 2 partitions, 2 gained',
    );
  });

  it('that never were are said not to have been, since when', async () => {
    openConsole('/c/local/groups/billing', answers);
    expect(await screen.findByRole('heading', { name: 'No rebalance seen' })).toBeDefined();
    expect(screen.getByText(/the group’s members and their partitions have been the same/)).toBeDefined();
  });
});

describe('a group of KIP-848', () => {
  it('shows whose epoch is behind, what it is to get and what to give up', async () => {
    const [member] = aStalledGroup().memberDetails;
    const behind = {
      ...member,
      memberEpoch: 6,
      protocol: 'consumer' as const,
      assignment: [{ topic: 'orders', partitions: [0, 1] }],
      targetAssignment: [{ topic: 'orders', partitions: [1, 2] }],
    };
    openConsole('/c/local/groups/billing', {
      ...answers,
      [`GET ${paths.group('local', 'billing')}`]: {
        ...aStalledGroup(),
        ...{
          type: 'consumer',
          state: 'Reconciling',
          groupEpoch: 7,
          assignmentEpoch: 7,
          memberDetails: [behind],
        },
      },
    });
    const row = await screen.findByRole('row', { name: /billing-1 / });
    expect(row.textContent).toContain('6 of 7');
    expect(row.textContent).toContain('is to get orders: 2');
    expect(row.textContent).toContain('is to give up orders: 0');
    expect(screen.getByText('epoch 7')).toBeDefined();
  });

  it('whose members are not told says why', async () => {
    openConsole('/c/local/groups/billing', {
      ...answers,
      [`GET ${paths.group('local', 'billing')}`]: {
        ...aStalledGroup({ members: null, memberDetails: [], notDescribed: 'Its coordinator is too old.' }),
        type: 'share',
      },
    });
    expect(await screen.findByText('Its coordinator is too old.')).toBeDefined();
    expect(screen.queryByRole('button', { name: 'Reset offsets' })).toBeNull();
  });
});
