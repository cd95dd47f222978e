import { paths } from '@odradek/contract';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { aBroker, aCluster, aTopic, aTopicDetail, sampledAt } from '../../../test/cluster-answers.ts';
import { openConsole, refused } from '../../../test/console-under-test.tsx';
import { brokerListOptions } from '../../shared/live-lists.ts';

const lists = {
  [`GET ${paths.topics('local')}`]: { topics: [aTopic()], checkedAt: sampledAt },
  [`GET ${paths.brokers('local')}`]: { brokers: [aBroker()], checkedAt: sampledAt },
};
const create = `POST ${paths.topics('local')}`;

async function fillIn(values: Record<string, string>) {
  fireEvent.click(await screen.findByRole('button', { name: 'Create topic' }));
  const dialog = await screen.findByRole('dialog', { name: 'Create topic' });
  for (const [label, value] of Object.entries(values)) {
    fireEvent.change(within(dialog).getByLabelText(label), { target: { value } });
  }
  fireEvent.click(within(dialog).getByRole('button', { name: 'Create' }));
  return dialog;
}

describe('creating a topic', () => {
  it('refuses at the field, before sending', async () => {
    const { sent, queryClient, api } = openConsole('/c/local/topics', lists);
    await screen.findByRole('link', { name: 'orders' });
    await queryClient.prefetchQuery(brokerListOptions(api, 'local'));
    const dialog = await fillIn({ Name: 'a b', 'Replication factor': '2' });
    expect(await within(dialog).findByText(/may hold only letters/)).toBeDefined();
    expect(await within(dialog).findByText(/cannot exceed the number of brokers, 1/)).toBeDefined();
    expect(sent.some(({ request }) => request === create)).toBe(false);
  });

  it('shows the broker’s refusal at the field that is to blame', async () => {
    const refusal = refused(400, 'INVALID_CONFIG', 'Unknown topic config name: x.y', 'configs.x.y');
    openConsole('/c/local/topics', { ...lists, [create]: refusal });
    const dialog = await fillIn({ Name: 'new', Configs: 'x.y=1' });
    expect(await within(dialog).findByText('Unknown topic config name: x.y')).toBeDefined();
    expect(within(dialog).getByLabelText('Configs').getAttribute('aria-invalid')).toBe('true');
  });

  it('opens the topic and says that it is there', async () => {
    const { router, sent } = openConsole('/c/local/topics', {
      ...lists,
      [create]: { name: 'new', topicId: null, partitions: 3, replicationFactor: 1 },
      [`GET ${paths.topic('local', 'new')}`]: aTopicDetail({ name: 'new' }),
    });
    await fillIn({ Name: 'new', Partitions: '3' });
    expect(await screen.findByRole('heading', { name: 'new' })).toBeDefined();
    expect(await screen.findByText('Topic new created')).toBeDefined();
    expect(router.state.location.pathname).toBe('/c/local/topics/new');
    expect(sent.find(({ request }) => request === create)?.body).toEqual({
      name: 'new',
      partitions: 3,
      replicationFactor: null,
      configs: {},
    });
  });

  it('gives the focus to the name, and back to its button', async () => {
    openConsole('/c/local/topics', lists);
    const button = await screen.findByRole('button', { name: 'Create topic' });
    button.focus();
    fireEvent.click(button);
    const dialog = await screen.findByRole('dialog', { name: 'Create topic' });
    await waitFor(() => expect(document.activeElement).toBe(within(dialog).getByLabelText('Name')));
    fireEvent.keyDown(dialog, { key: 'Escape' });
    await waitFor(() => expect(document.activeElement).toBe(button));
  });

  it('is not offered on a read-only cluster', async () => {
    openConsole('/c/local/topics', {
      ...lists,
      [`GET ${paths.clusters()}`]: { clusters: [aCluster({ readOnly: true })] },
    });
    const button = await screen.findByRole('button', { name: 'Create topic' });
    await screen.findByRole('link', { name: 'orders' });
    expect(button.hasAttribute('disabled')).toBe(true);
  });
});

describe('the list of topics', () => {
  it('calls the messages of a compacted topic an estimate', async () => {
    const compacted = aTopic({ name: 'prices', compacted: true, messageEstimate: 500 });
    openConsole('/c/local/topics', {
      ...lists,
      [`GET ${paths.topics('local')}`]: { topics: [compacted], checkedAt: sampledAt },
    });
    expect((await screen.findByRole('row', { name: /prices/ })).textContent).toContain('≤ 500 estimate');
  });

  it('of a cluster that was never reached is not known, not empty', async () => {
    openConsole('/c/local/topics', { [`GET ${paths.topics('local')}`]: { topics: [], checkedAt: null } });
    expect(await screen.findByRole('heading', { name: 'Not known yet' })).toBeDefined();
  });

  it('tells none at all from none that match', async () => {
    openConsole('/c/local/topics?filter=nothing', lists);
    expect(await screen.findByRole('heading', { name: 'No topic matches' })).toBeDefined();
    fireEvent.click(screen.getByRole('button', { name: 'Show all 1 topics' }));
    expect(await screen.findByRole('link', { name: 'orders' })).toBeDefined();
  });
});

describe('the page of a topic', () => {
  const topic = `GET ${paths.topic('local', 'orders')}`;

  it('names a partition without a leader and a replica out of sync', async () => {
    const [partition] = aTopicDetail().partitionDetails;
    if (!partition) throw new Error('the answer has a partition');
    const broken = { ...partition, leader: null, replicas: [1, 2], isr: [1], error: 'LEADER_NOT_AVAILABLE' };
    openConsole('/c/local/topics/orders', {
      [topic]: aTopicDetail({ partitionDetails: [broken], leaderless: 1 }),
    });
    const row = await screen.findByRole('row', { name: /LEADER_NOT_AVAILABLE/ });
    expect(within(row).getByText('none')).toBeDefined();
    expect(within(row).getByTitle('Broker 2: out of sync')).toBeDefined();
    expect(row.textContent).toContain('1 of 2');
  });

  it('keeps the open tab in the address', async () => {
    const { router } = openConsole('/c/local/topics/orders', { [topic]: aTopicDetail() });
    fireEvent.click(await screen.findByRole('tab', { name: /Groups/ }));
    expect(await screen.findByRole('heading', { name: 'No group reads this topic' })).toBeDefined();
    expect(router.state.location.search).toEqual({ tab: 'groups' });
  });

  it('shows the exact text of a config that no number can hold', async () => {
    const config = {
      name: 'flush.ms',
      value: '9223372036854775807',
      type: 'LONG',
      source: 'default',
      isDefault: true,
      isSensitive: false,
      isReadOnly: false,
      documentation: null,
      synonyms: [],
    };
    openConsole('/c/local/topics/orders?tab=configs', {
      [topic]: aTopicDetail(),
      [`GET ${paths.topicConfigs('local', 'orders')}`]: { configs: [config] },
    });
    expect(await screen.findByText('9223372036854775807')).toBeDefined();
  });
});
