import { paths } from '@odradek/contract';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { aStalledGroup, sampledAt } from '../../../test/cluster-answers.ts';
import { openConsole, refused } from '../../../test/console-under-test.tsx';

const noSamples = {
  group: 'billing',
  topic: null,
  partition: null,
  from: sampledAt - 900_000,
  to: sampledAt,
  stepMs: 1000,
  points: [],
};
const lag = `GET ${paths.groupLag('local', 'billing')}`;
const answers = {
  [`GET ${paths.group('local', 'billing')}`]: aStalledGroup(),
  [lag]: noSamples,
};

it('the verdict is explained by the rule in words, the window drawn and the commits listed', async () => {
  openConsole('/c/local/groups/billing', answers);
  expect(await screen.findByText('Three commits, all of offset 3.')).toBeDefined();
  expect(screen.getByRole('img', { name: /The last 3 commits: offset 3 at/ })).toBeDefined();
  const rules = screen.getByRole('list', { name: 'The rules in the order they are asked' });
  const decided = within(rules)
    .getAllByRole('listitem')
    .filter((rule) => rule.ariaCurrent ?? rule.hasAttribute('aria-current'));
  expect(decided.map(({ textContent }) => textContent)).toEqual([
    'STALLCommits arrive, but every one has the same offset.',
  ]);
  expect(within(rules).getAllByText('not met')).toHaveLength(4);
});

it('a partition nobody committed is said to be so, and has no lag', async () => {
  openConsole('/c/local/groups/billing', answers);
  const row = await screen.findByRole('row', { name: /orders-1/ });
  expect(row.textContent).toContain('never committed');
  expect(row.textContent).toContain('–no lag without a commit');
});

it('a chosen partition is explained and charted, and stands in the address', async () => {
  const { router, sent } = openConsole('/c/local/groups/billing?range=1h', answers);
  fireEvent.click(await screen.findByRole('button', { name: 'orders-1' }));
  expect(await screen.findByRole('heading', { name: 'Why: orders, partition 1' })).toBeDefined();
  expect(await screen.findByRole('heading', { name: 'Never committed' })).toBeDefined();
  expect(router.state.location.search).toEqual({ range: '1h', partition: 'orders:1' });
  // The group itself is asked for again and again in between.
  await waitFor(() =>
    expect(sent.filter(({ request }) => request === lag).at(-1)?.query).toBe(
      '?rangeMs=3600000&topic=orders&partition=1',
    ),
  );
});

it('members show what they are assigned', async () => {
  openConsole('/c/local/groups/billing', answers);
  expect((await screen.findByRole('row', { name: /billing-1 / })).textContent).toContain('orders: 0-2, 5');
});

it('a time without samples says that nothing is known of it', async () => {
  openConsole('/c/local/groups/billing', answers);
  expect(await screen.findByRole('heading', { name: 'No samples in this time' })).toBeDefined();
});

it('a group that is gone is told with Kafka’s name for it', async () => {
  openConsole('/c/local/groups/gone', {
    [`GET ${paths.group('local', 'gone')}`]: refused(404, 'GROUP_ID_NOT_FOUND', 'There is no group gone.'),
  });
  const panel = await screen.findByRole('alert');
  expect(panel.textContent).toContain('GROUP_ID_NOT_FOUND');
  expect(panel.textContent).toContain('Go back to the list of groups.');
});
