import { paths, type ServerEvent } from '@odradek/contract';
import { act, screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { aBroker, aPartition, sampledAt } from '../../test/cluster-answers.ts';
import { openConsole } from '../../test/console-under-test.tsx';
import { applyServerEvent } from './live-updates.ts';

const matrix = `GET ${paths.replicas('local')}`;
const partitions = [aPartition(), aPartition({ partition: 1 })];

it('the matrix changes with what the server pushes, and is asked for anew when something was missed', async () => {
  const { queryClient, api, sent, answers } = openConsole('/c/local/replicas', {
    [matrix]: { partitions, version: 1, checkedAt: sampledAt },
    [`GET ${paths.brokers('local')}`]: {
      brokers: [1, 2, 3].map((id) => aBroker({ id })),
      checkedAt: sampledAt,
    },
  });
  const grid = await screen.findByRole('grid', { name: 'Partitions by brokers' });
  const push = (event: ServerEvent) => act(() => applyServerEvent(queryClient, api, event));
  const lost = aPartition({ leader: 2, leaderEpoch: 5, isr: [2, 3], offline: [1] });
  const patch = { type: 'replicas' as const, cluster: 'local', removed: [], checkedAt: sampledAt };
  push({ ...patch, from: 1, to: 2, changed: [lost] });
  await waitFor(() =>
    expect(within(grid).getByRole('row', { name: /orders-0/ }).textContent).toContain('offline on broker 1'),
  );
  const asked = () => sent.filter(({ request }) => request === matrix).length;
  const before = asked();
  answers[matrix] = { partitions, version: 9, checkedAt: sampledAt };
  push({ ...patch, from: 8, to: 9, changed: [] });
  await waitFor(() => expect(asked()).toBe(before + 1));
});

it('an event that is pushed while older ones are asked for is not lost', async () => {
  const at = { at: sampledAt, since: null };
  const events = `GET ${paths.clusterEvents('local')}`;
  const { queryClient, api, answers } = openConsole('/c/local/replicas', {
    [matrix]: { partitions, version: 1, checkedAt: sampledAt },
    [`GET ${paths.brokers('local')}`]: { brokers: [aBroker()], checkedAt: sampledAt },
    [events]: { events: [{ id: 1, ...at, change: { kind: 'broker-answers', brokerId: 1 } }], hasMore: false },
  });
  await screen.findByText(/Broker 1 answers again/);
  answers[events] = () => {
    const pushed = { id: 2, ...at, change: { kind: 'broker-answers' as const, brokerId: 2 } };
    act(() => applyServerEvent(queryClient, api, { type: 'events', cluster: 'local', events: [pushed] }));
    return { events: [{ id: 1, ...at, change: { kind: 'broker-answers', brokerId: 1 } }], hasMore: false };
  };
  await act(() => queryClient.invalidateQueries());
  expect(await screen.findByText(/Broker 2 answers again/)).toBeDefined();
  expect(screen.getAllByText(/answers again/)).toHaveLength(2);
});

it('a patch that is older than the matrix changes nothing', async () => {
  const { queryClient, api } = openConsole('/c/local/replicas', {
    [matrix]: { partitions, version: 5, checkedAt: sampledAt },
    [`GET ${paths.brokers('local')}`]: { brokers: [aBroker()], checkedAt: sampledAt },
  });
  const grid = await screen.findByRole('grid', { name: 'Partitions by brokers' });
  const changed = [aPartition({ isr: [1] })];
  const late = { cluster: 'local', from: 3, to: 4, changed, removed: [], checkedAt: sampledAt };
  act(() => applyServerEvent(queryClient, api, { type: 'replicas', ...late }));
  expect(within(grid).getByRole('row', { name: /orders-0/ }).textContent).not.toContain('out of sync');
});
