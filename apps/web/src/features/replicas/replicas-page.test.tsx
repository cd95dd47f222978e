import { paths } from '@odradek/contract';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { aBroker, aCluster, aPartition, sampledAt } from '../../../test/cluster-answers.ts';
import { openConsole, refused } from '../../../test/console-under-test.tsx';

const nothingMoves = {
  state: 'known',
  active: [],
  throttle: { brokers: [], topics: [] },
  checkedAt: sampledAt,
};
const partitions = [aPartition(), aPartition({ partition: 1, leader: 2, replicas: [1, 2, 3] })];
const answers = {
  [`GET ${paths.replicas('local')}`]: { partitions, version: 1, checkedAt: sampledAt },
  [`GET ${paths.brokers('local')}`]: {
    brokers: [1, 2, 3].map((id) => aBroker({ id })),
    checkedAt: sampledAt,
  },
  [`GET ${paths.clusterEvents('local')}`]: { events: [], hasMore: false },
  [`GET ${paths.reassignments('local')}`]: nothingMoves,
};
const elections = `POST ${paths.elections('local')}`;

const grid = () => screen.findByRole('grid', { name: 'Partitions by brokers' });
const rowOf = async (name: string) => within(await grid()).getByRole('row', { name: new RegExp(name) });

describe('the matrix', () => {
  it('shows who leads and who follows, in words too', async () => {
    openConsole('/c/local/replicas', answers);
    const row = await rowOf('orders-0');
    expect(
      within(row)
        .getAllByRole('cell')
        .slice(0, 3)
        .map(({ textContent }) => textContent),
    ).toEqual(['leader, preferred leader', 'in sync', 'in sync']);
  });

  it('is moved through by the keyboard, and chooses rows by Space', async () => {
    openConsole('/c/local/replicas', answers);
    const first = within(await rowOf('orders-0')).getByRole('rowheader');
    first.focus();
    fireEvent.keyDown(first, { key: 'ArrowDown' });
    const second = await waitFor(async () => {
      const header = within(await rowOf('orders-1')).getByRole('rowheader');
      expect(document.activeElement).toBe(header);
      return header;
    });
    fireEvent.keyDown(second, { key: ' ' });
    expect((await rowOf('orders-1')).getAttribute('aria-selected')).toBe('true');
    expect(screen.getByRole('button', { name: 'Elect preferred leaders (1)' })).toBeDefined();
  });

  it('says that nothing is unhealthy instead of showing nothing', async () => {
    openConsole('/c/local/replicas?show=unhealthy', answers);
    expect(await screen.findByText('No partition is unhealthy')).toBeDefined();
    fireEvent.click(screen.getByRole('button', { name: 'Show all 2 partitions' }));
    expect(await rowOf('orders-0')).toBeDefined();
  });
});

describe('an election of preferred leaders', () => {
  it('shows who leads how much before and after, and asks for all of them', async () => {
    const { sent } = openConsole('/c/local/replicas', {
      ...answers,
      [elections]: { elected: 1, notNeeded: 0, failed: [] },
    });
    await grid();
    fireEvent.click(screen.getByRole('button', { name: 'Elect preferred leaders' }));
    const dialog = await screen.findByRole('dialog');
    const table = within(dialog).getByRole('table', { name: 'Leaders per broker' });
    expect(
      within(table)
        .getAllByRole('row')
        .slice(1)
        .map(({ textContent }) => textContent),
    ).toEqual(['11 → 2', '21 → 0', '30']);
    fireEvent.click(within(dialog).getByRole('button', { name: 'Elect 1 leader' }));
    expect(await screen.findByText('1 leader was elected')).toBeDefined();
    expect(sent.find(({ request }) => request === elections)?.body).toEqual({ partitions: null });
  });

  it('stays open and says which partitions failed, and why', async () => {
    openConsole('/c/local/replicas', {
      ...answers,
      [elections]: {
        elected: 0,
        notNeeded: 0,
        failed: [
          { topic: 'orders', partition: 1, error: 'PREFERRED_LEADER_NOT_AVAILABLE', message: 'It is gone.' },
        ],
      },
    });
    await grid();
    fireEvent.click(screen.getByRole('button', { name: 'Elect preferred leaders' }));
    fireEvent.click(await screen.findByRole('button', { name: 'Elect 1 leader' }));
    expect((await screen.findByRole('alert')).textContent).toMatch(
      /0 elected, 1 not: orders-1\. PREFERRED_LEADER_NOT_AVAILABLE It is gone/,
    );
  });

  it('is not offered where the cluster is read-only', async () => {
    openConsole('/c/local/replicas', {
      ...answers,
      [`GET ${paths.clusters()}`]: { clusters: [aCluster({ readOnly: true })] },
    });
    await grid();
    for (const name of ['Elect preferred leaders', 'Reassign replicas']) {
      expect(screen.getByRole('button', { name }).hasAttribute('disabled')).toBe(true);
    }
  });
});

describe('a reassignment', () => {
  const plan = {
    moves: [
      { topic: 'orders', partition: 0, before: [1, 2], after: [3, 2], sizeBytes: 2048, bytesToCopy: 2048 },
    ],
    partitions: 2,
    replicasToCopy: 1,
    bytesToCopy: 2048,
    unknownSizes: 0,
    brokers: [
      {
        id: 3,
        rack: null,
        leaders: { before: 0, after: 1 },
        preferredLeaders: { before: 0, after: 1 },
        replicas: { before: 0, after: 1 },
        bytesIn: 2048,
      },
    ],
    rackViolations: null,
  };
  const start = `POST ${paths.reassignments('local')}`;

  async function makePlan() {
    await grid();
    fireEvent.click(screen.getByRole('button', { name: 'Reassign replicas' }));
    fireEvent.click(await screen.findByRole('button', { name: 'Make a plan' }));
  }

  it('is planned first, and started as it was shown, with its throttle', async () => {
    const { sent } = openConsole('/c/local/replicas', {
      ...answers,
      [`POST ${paths.reassignmentPlan('local')}`]: plan,
      [start]: { accepted: 1, refused: [] },
    });
    await makePlan();
    expect((await screen.findByLabelText('The plan in numbers')).textContent).toMatch(
      /Replicas to copy1.*2 KiB|2,048 B/,
    );
    fireEvent.change(screen.getByLabelText('Throttle in MiB/s'), { target: { value: '0.5' } });
    fireEvent.click(screen.getByRole('button', { name: 'Start 1 reassignment' }));
    await screen.findByText('1 of 1 reassignments have begun');
    expect(sent.find(({ request }) => request === start)?.body).toEqual({
      partitions: [{ topic: 'orders', partition: 0, replicas: [3, 2] }],
      throttleBytesPerSecond: 524_288,
    });
  });

  it('that cannot be is refused at the field', async () => {
    openConsole('/c/local/replicas', {
      ...answers,
      [`POST ${paths.reassignmentPlan('local')}`]: refused(
        422,
        'INVALID_REQUEST',
        '3 replicas need 3 brokers; 2 are chosen.',
        'brokers',
      ),
    });
    await makePlan();
    expect((await screen.findByRole('alert')).textContent).toContain('3 replicas need 3 brokers');
  });

  it('shows how far it is, and can be given up', async () => {
    const cancel = `POST ${paths.cancelReassignments('local')}`;
    const moving = { topic: 'orders', partition: 0, replicas: [3, 2, 1], adding: [3], removing: [1] };
    const { sent } = openConsole('/c/local/replicas', {
      ...answers,
      [`GET ${paths.reassignments('local')}`]: {
        ...nothingMoves,
        active: [{ ...moving, replicasLeft: 1, bytesTotal: 4096, bytesCopied: 1024 }],
      },
      [cancel]: { accepted: 1, refused: [] },
    });
    const bar = await screen.findByRole('progressbar', { name: 'Progress of orders-0' });
    expect(bar.getAttribute('value')).toBe('25');
    expect(screen.getByText(/1 replica left/).textContent).toContain('3 KiB');
    fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    await screen.findByText('1 reassignment was cancelled');
    expect(sent.find(({ request }) => request === cancel)?.body).toEqual({
      partitions: [{ topic: 'orders', partition: 0 }],
    });
  });
});
