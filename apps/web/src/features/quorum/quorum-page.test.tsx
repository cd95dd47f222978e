import { paths } from '@odradek/contract';
import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { aQuorum } from '../../../test/cluster-answers.ts';
import { openConsole } from '../../../test/console-under-test.tsx';

const open = (quorum: ReturnType<typeof aQuorum>) =>
  openConsole('/c/local/quorum', { [`GET ${paths.quorum('local')}`]: quorum });

it('the quorum shows who leads, who decides, and who is how far behind', async () => {
  open(aQuorum());
  const rows = within(await screen.findByRole('table', { name: 'Replicas of the metadata log' }));
  expect(
    rows
      .getAllByRole('row')
      .slice(1)
      .map(({ textContent }) => textContent),
  ).toEqual([
    expect.stringMatching(/^1Leaderleads0always/),
    expect.stringMatching(/^2Votercaught up0/),
    expect.stringMatching(/^3Votersilent30/),
  ]);
  expect(screen.getByLabelText('The quorum in numbers').textContent).toMatch(
    /Leader epoch7.*Voters32 decide/,
  );
});

it('a quorum without a leader says what that means', async () => {
  open(aQuorum({ state: 'no-leader', leaderId: null, replicas: [] }));
  expect((await screen.findByRole('alert')).textContent).toContain('The quorum has no leader.');
});

it.each([
  [aQuorum({ state: 'not-kraft' }), /This cluster has no metadata quorum/],
  [aQuorum({ state: 'not-told', error: 'CLUSTER_AUTHORIZATION_FAILED' }), /CLUSTER_AUTHORIZATION_FAILED/],
  [aQuorum({ checkedAt: null }), /Not known yet/],
])('a quorum that is not known says why', async (quorum, text) => {
  open(quorum);
  expect(await screen.findByText(text)).toBeDefined();
});
