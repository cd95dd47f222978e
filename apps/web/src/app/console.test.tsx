import { paths } from '@odradek/contract';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { aCluster, anOverview, aTopic, sampledAt } from '../../test/cluster-answers.ts';
import { openConsole, refused, unanswered } from '../../test/console-under-test.tsx';

const clusters = `GET ${paths.clusters()}`;
const overview = `GET ${paths.overview('local')}`;
const topics = `GET ${paths.topics('local')}`;

describe('without a valid token', () => {
  const locked = refused(401, 'TOKEN_MISSING', 'The token is missing.');

  it('the page says so, names the command and the file, and keeps the address', async () => {
    const { router } = openConsole('/c/local/topics?filter=ord', { [clusters]: locked });
    expect(await screen.findByRole('heading', { name: 'This console needs its token' })).toBeDefined();
    expect(screen.getByText('odradek doctor --token')).toBeDefined();
    expect(screen.getByText('/data/console-token')).toBeDefined();
    expect(router.state.location.href).toBe('/c/local/topics?filter=ord');
  });

  it('a pasted token opens the page that was asked for', async () => {
    const list = { topics: [aTopic({ name: 'orders' }), aTopic({ name: 'clicks' })], checkedAt: sampledAt };
    const { answers, sent } = openConsole('/c/local/topics?filter=ord', {
      [clusters]: locked,
      [topics]: list,
    });
    const field = await screen.findByLabelText('Token');
    answers[clusters] = { clusters: [aCluster()] };
    fireEvent.change(field, { target: { value: ' http://127.0.0.1:8080/#token=sekret ' } });
    fireEvent.click(screen.getByRole('button', { name: 'Open the console' }));
    expect(await screen.findByRole('link', { name: 'orders' })).toBeDefined();
    expect(screen.queryByRole('link', { name: 'clicks' })).toBeNull();
    expect(sent.at(-1)?.authorization).toBe('Bearer sekret');
  });

  it('nothing pasted is refused at the field', async () => {
    openConsole('/', { [clusters]: locked });
    fireEvent.click(await screen.findByRole('button', { name: 'Open the console' }));
    expect(await screen.findByText('Paste the token first')).toBeDefined();
  });
});

describe('the clusters', () => {
  it('with one cluster, its overview opens', async () => {
    const { router } = openConsole('/', { [overview]: anOverview() });
    await screen.findByRole('heading', { name: 'Overview' });
    expect(router.state.location.pathname).toBe('/c/local');
  });

  it('with several, they are listed with their states', async () => {
    openConsole('/', {
      [clusters]: { clusters: [aCluster(), aCluster({ name: 'prod', state: 'connecting' })] },
    });
    expect(await screen.findByRole('row', { name: /prod Connecting/ })).toBeDefined();
  });

  it('one that is not defined is said not to be there', async () => {
    openConsole('/c/nowhere', {});
    expect(await screen.findByRole('heading', { name: 'No cluster is called “nowhere”' })).toBeDefined();
  });

  it('one that cannot be reached is told with address, cause and remedy', async () => {
    const reason = {
      kind: 'refused' as const,
      message: 'Nothing listens on 10.0.0.7:9092.',
      address: '10.0.0.7:9092',
      since: sampledAt,
      nextAttemptAt: null,
    };
    openConsole('/c/local', { [clusters]: { clusters: [aCluster({ state: 'unreachable', reason })] } });
    const notice = await screen.findByText(/cannot be reached/);
    expect(notice.closest('[role=alert]')?.textContent).toMatch(/10\.0\.0\.7:9092.*is the broker running/);
  });
});

describe('an answer that does not come', () => {
  it('leaves the error in its place, with a remedy, and the frame standing', async () => {
    openConsole('/c/local', { [overview]: refused(500, 'INTERNAL', 'The store is damaged.') });
    const panel = await screen.findByRole('alert');
    expect(panel.textContent).toContain('INTERNAL');
    expect(panel.textContent).toContain('The store is damaged.');
    expect(screen.getByRole('link', { name: 'Topics' })).toBeDefined();
  });

  it('comes by itself once the server is back', async () => {
    const { answers, queryClient } = openConsole('/c/local', {
      [clusters]: unanswered,
      [overview]: unanswered,
    });
    expect(await screen.findByText(/console’s server does not answer\. What is shown/)).toBeDefined();
    answers[clusters] = { clusters: [aCluster()] };
    answers[overview] = anOverview();
    await queryClient.refetchQueries();
    expect(await screen.findByText('No problems found')).toBeDefined();
  });

  it('leaves the values that were there in sight, greyed and with their age', async () => {
    const { answers, queryClient } = openConsole('/c/local', { [overview]: anOverview({ checkedAt: 1000 }) });
    await screen.findByText('No problems found');
    answers[overview] = unanswered;
    answers[clusters] = unanswered;
    await queryClient.refetchQueries();
    await screen.findByText(/console’s server does not answer\. What is shown/);
    expect(screen.getByText('No problems found').closest('[data-stale]')?.getAttribute('data-stale')).toBe(
      'true',
    );
    expect(screen.getByText(/stale: \d+ d old/)).toBeDefined();
  });
});

it('an address that leads nowhere says so', async () => {
  openConsole('/nowhere', {});
  expect(await screen.findByRole('heading', { name: 'There is no such page' })).toBeDefined();
});

it('the filter of a list is in the address, and the address sets the filter', async () => {
  const list = { topics: [aTopic({ name: 'orders' }), aTopic({ name: 'clicks' })], checkedAt: sampledAt };
  const { router } = openConsole('/c/local/topics', { [topics]: list });
  fireEvent.change(await screen.findByRole('searchbox', { name: 'Filter topics' }), {
    target: { value: 'click' },
  });
  await waitFor(() => expect(screen.queryByRole('link', { name: 'orders' })).toBeNull());
  expect(router.state.location.searchStr).toBe('?filter=click');
});

it('a topic of another cluster is three letters and Enter away', async () => {
  const { router } = openConsole('/c/local', {
    [clusters]: { clusters: [aCluster(), aCluster({ name: 'prod' })] },
    [overview]: anOverview(),
    [topics]: { topics: [aTopic({ name: 'clicks' })], checkedAt: sampledAt },
    [`GET ${paths.topics('prod')}`]: { topics: [aTopic({ name: 'parcels' })], checkedAt: sampledAt },
  });
  await screen.findByRole('heading', { name: 'Overview' });
  fireEvent.keyDown(document.body, { key: 'k', ctrlKey: true });
  const field = await screen.findByRole('combobox', { name: 'Go to a page, topic or group' });
  fireEvent.change(field, { target: { value: 'par' } });
  await screen.findByRole('option', { name: /parcels/ });
  fireEvent.keyDown(field, { key: 'Enter' });
  await waitFor(() => expect(router.state.location.pathname).toBe('/c/prod/topics/parcels'));
});

it('the slash key brings the cursor to the filter', async () => {
  openConsole('/c/local/topics', { [topics]: { topics: [aTopic()], checkedAt: sampledAt } });
  const filter = await screen.findByRole('searchbox', { name: 'Filter topics' });
  fireEvent.keyDown(document.body, { key: '/' });
  expect(document.activeElement).toBe(filter);
});
