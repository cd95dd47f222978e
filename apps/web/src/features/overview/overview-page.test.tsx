import { paths } from '@odradek/contract';
import { fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { aCluster, aGroup, anOverview, sampledAt } from '../../../test/cluster-answers.ts';
import { openConsole } from '../../../test/console-under-test.tsx';

const overview = `GET ${paths.overview('local')}`;
const groups = `GET ${paths.groups('local')}`;
const demo = {
  state: 'stopped',
  phase: null,
  topic: 'demo-orders',
  group: 'demo-billing',
  startedAt: null,
  produced: 0,
  consumed: 0,
  reason: null,
};
const nothing = {
  brokers: 1,
  topics: 0,
  internalTopics: 0,
  partitions: 0,
  groups: 0,
  leaderlessPartitions: 0,
  underReplicatedPartitions: 0,
};

describe('what is wrong', () => {
  it('comes first, with the way to it', async () => {
    openConsole('/c/local', {
      [overview]: anOverview({
        conditions: [
          {
            kind: 'leaderless-partitions',
            severity: 'critical',
            total: 1,
            partitions: [{ topic: 'orders', partition: 2 }],
          },
          {
            kind: 'group',
            severity: 'warning',
            group: 'billing',
            verdict: 'WARN',
            totalLag: 12,
            explanation: 'The lag never became smaller.',
          },
        ],
      }),
      [groups]: { groups: [aGroup()], checkedAt: sampledAt },
    });
    const strip = await screen.findByRole('region', { name: 'Failing conditions' });
    expect(within(strip).getByRole('heading', { name: '2 things are wrong' })).toBeDefined();
    expect(strip.textContent).toContain('orders-2');
    expect(
      within(strip).getByRole('link', { name: '1 partition without a leader' }).getAttribute('href'),
    ).toBe('/c/local/replicas?show=leaderless');
    expect(within(strip).getByRole('link', { name: 'billing' }).getAttribute('href')).toBe(
      '/c/local/groups/billing',
    );
  });

  it('is nothing, and when that was found', async () => {
    openConsole('/c/local', { [overview]: anOverview(), [groups]: { groups: [], checkedAt: sampledAt } });
    const strip = await screen.findByRole('region', { name: 'Failing conditions' });
    expect(strip.textContent).toMatch(/No problems found.*(checked|stale)/);
  });

  it('is not known before the first sample', async () => {
    openConsole('/c/local', { [overview]: anOverview({ checkedAt: null }) });
    expect(await screen.findByRole('heading', { name: 'Waiting for the first sample' })).toBeDefined();
  });
});

describe('an empty cluster', () => {
  const empty = anOverview({
    cluster: aCluster({ bootstrap: ['127.0.0.1:9192'] }),
    counts: nothing,
    totalLag: null,
  });
  const start = `POST ${paths.demoStart('local')}`;

  it('shows how to connect to this very port', async () => {
    openConsole('/c/local', { [overview]: empty, [`GET ${paths.demo('local')}`]: demo });
    expect(await screen.findByText('127.0.0.1:9192')).toBeDefined();
    expect(screen.getByText(/kcat -b 127\.0\.0\.1:9192 -t greetings -C/)).toBeDefined();
    expect(screen.getByText('props.put("bootstrap.servers", "127.0.0.1:9192");')).toBeDefined();
    expect(screen.getByRole('button', { name: 'Copy Bootstrap servers' })).toBeDefined();
  });

  it('offers the demo, and shows it running once it is started', async () => {
    const { sent } = openConsole('/c/local', {
      [overview]: empty,
      [`GET ${paths.demo('local')}`]: demo,
      [start]: { ...demo, state: 'running', phase: 'keeping-up', startedAt: sampledAt, produced: 3 },
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Run the demo' }));
    expect(await screen.findByRole('button', { name: 'Stop the demo' })).toBeDefined();
    expect(screen.getByText('Keeping up')).toBeDefined();
    expect(sent.find(({ request }) => request === start)?.body).toEqual({});
  });

  it('is told from one that was never reached', async () => {
    openConsole('/c/local', { [overview]: { ...empty, checkedAt: null } });
    const facts = await screen.findByLabelText('The cluster in numbers');
    expect(facts.textContent).toContain('Topics–not known');
    expect(screen.queryByText(/The cluster is empty/)).toBeNull();
  });

  it('that is not managed here offers no demo', async () => {
    openConsole('/c/local', { [overview]: { ...empty, cluster: aCluster({ managed: false }) } });
    await screen.findByText(/The cluster is empty/);
    expect(screen.queryByRole('button', { name: 'Run the demo' })).toBeNull();
  });
});
