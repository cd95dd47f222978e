import { type BrokerImpact, type BrokerProcess, paths } from '@odradek/contract';
import { fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { aBroker, sampledAt } from '../../../test/cluster-answers.ts';
import { openConsole, refused } from '../../../test/console-under-test.tsx';

const running: BrokerProcess = { state: 'running', pid: 4711, reason: null };
const noImpact: BrokerImpact = {
  leadersToMove: 0,
  leaderless: { total: 0, partitions: [] },
  belowMinIsr: { total: 0, partitions: [] },
  replicas: 3,
  quorum: null,
};

function open(brokers: ReturnType<typeof aBroker>[], answers: Record<string, unknown> = {}) {
  return openConsole('/c/local/brokers', {
    [`GET ${paths.brokers('local')}`]: { brokers, checkedAt: sampledAt },
    ...answers,
  });
}

const row = async (id: number) =>
  within(await screen.findByRole('table', { name: 'Brokers' })).getByRole('row', {
    name: new RegExp(`^${id} `),
  });

describe('the brokers', () => {
  it('have a state, a part in the quorum, and log directories', async () => {
    const directory = {
      ...{ path: '/data/a', sizeBytes: 5, replicas: 2, totalBytes: null, usableBytes: null },
      error: 'KAFKA_STORAGE_ERROR',
    };
    open([
      aBroker({ quorumRole: 'leader', isController: true, logDirectories: [directory] }),
      aBroker({
        id: 2,
        status: 'fenced',
        reachable: false,
        reason: 'No heartbeats.',
        quorumRole: 'observer',
      }),
    ]);
    expect((await row(1)).textContent).toMatch(/Up.*Active controller/);
    expect((await row(2)).textContent).toMatch(/Fenced.*No heartbeats.*Observer/);
    const directories = screen.getByRole('table', { name: 'Log directories' });
    expect(directories.textContent).toMatch(/\/data\/a.*KAFKA_STORAGE_ERROR/);
    expect(screen.queryByRole('button', { name: /Act on/ })).toBeNull();
  });

  it('show what their processes do beside what the cluster says', async () => {
    open([aBroker({ process: { ...running, state: 'paused' } }), aBroker({ id: 2, process: running })]);
    expect((await row(1)).textContent).toMatch(/Up.*Paused.*4711/);
  });
});

describe('an act on a broker', () => {
  const kill = `POST ${paths.brokerAct('local', 1, 'kill')}`;
  const impact = `GET ${paths.brokerImpact('local', 1)}`;

  async function choose(label: string) {
    fireEvent.click(await screen.findByRole('button', { name: 'Act on broker 1' }));
    fireEvent.click(await screen.findByRole('menuitem', { name: label }));
    return screen.findByRole('dialog');
  }

  it('that hurts says what will happen, and waits for a yes', async () => {
    const { sent } = open([aBroker({ process: running })], {
      [impact]: {
        ...noImpact,
        leaderless: { total: 1, partitions: [{ topic: 'orders', partition: 2 }] },
        quorum: { isLeader: true, voters: 3, left: 1, majority: 2 },
      },
      [kill]: { ...running, state: 'stopped', pid: null },
    });
    const dialog = await choose('Kill');
    expect(await within(dialog).findByText('1 partition would have no leader')).toBeDefined();
    expect(dialog.textContent).toContain('orders-2');
    expect(dialog.textContent).toContain('1 of 3 voters would be left, 2 decide');
    expect(sent.some(({ request }) => request === kill)).toBe(false);
    fireEvent.click(within(dialog).getByRole('button', { name: 'Kill broker 1' }));
    expect(await screen.findByText('Broker 1 was killed')).toBeDefined();
  });

  it('that fails says why, where it was asked for', async () => {
    open([aBroker({ process: running })], {
      [impact]: noImpact,
      [kill]: refused(409, 'BROKER_ACT_FAILED', 'Broker 1 has no process.'),
    });
    const dialog = await choose('Kill');
    fireEvent.click(within(dialog).getByRole('button', { name: 'Kill broker 1' }));
    expect((await within(dialog).findByText(/has no process/)).textContent).toContain('BROKER_ACT_FAILED');
  });

  it('that hurts nobody is done at once', async () => {
    const start = `POST ${paths.brokerAct('local', 1, 'start')}`;
    const { sent } = open(
      [aBroker({ status: 'absent', process: { ...running, state: 'stopped', pid: null } })],
      {
        [start]: running,
      },
    );
    fireEvent.click(await screen.findByRole('button', { name: 'Start' }));
    expect(await screen.findByText('Broker 1 is running')).toBeDefined();
    expect(sent.some(({ request }) => request === start)).toBe(true);
  });
});
