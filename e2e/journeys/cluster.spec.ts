import type { Page } from '@playwright/test';
import type { BrokerUnderTest } from '../interop/broker-under-test.ts';
import { test, watchCluster } from './cluster-test.ts';
import { expect, pageAt, takePicture } from './console-test.ts';
import { createTopic, writeRecords } from './live-clients.ts';
import { drawn, expectReadable, expectReadableEverywhere } from './readable.ts';

test.describe.configure({ mode: 'serial' });

const PARTITIONS = 12;

const matrix = (page: Page) => page.getByRole('grid', { name: 'Partitions by brokers' });
const replicas = (page: Page, role: string) => matrix(page).locator(`tbody td[data-role="${role}"]`);
const feed = (page: Page) => page.getByRole('list', { name: 'Events, newest first' });
const brokerRow = (page: Page, id: number) =>
  page.getByRole('table', { name: 'Brokers' }).getByRole('row', { name: new RegExp(`^${id} `) });

test('a broker is killed: shapes and words show it, and the feed tells it', async ({ page, cluster }) => {
  await createTopic(cluster.bootstrap, 'orders', PARTITIONS);
  await openMatrix(page, cluster);
  await expect(replicas(page, 'leader')).toHaveCount(PARTITIONS);
  await expect(replicas(page, 'in-sync')).toHaveCount(2 * PARTITIONS);
  await drawn(page);
  await takePicture(page, 'matrix-before-kill');

  await test.step('the act says what it will mean, and is carried out', async () => {
    await page.getByRole('link', { name: 'Brokers' }).click();
    const dialog = await chooseAct(page, 2, 'Kill');
    await expect(dialog).toContainText(/4 partitions will be led by another in-sync replica/);
    await drawn(page);
    await takePicture(page, 'kill-dialog');
    await dialog.getByRole('button', { name: 'Kill broker 2' }).click();
    await expect(page.getByText('Broker 2 was killed')).toBeVisible();
    await expect(brokerRow(page, 2)).toContainText('Stopped');
  });

  await test.step('the matrix and the feed tell it', async () => {
    await page.getByRole('link', { name: 'Replicas' }).click();
    await expect(replicas(page, 'offline')).toHaveCount(PARTITIONS);
    await expect(replicas(page, 'leader')).toHaveCount(PARTITIONS);
    await expect(matrix(page).getByRole('columnheader', { name: 'Broker 2' })).toContainText('stopped');
    await expect(matrix(page).getByText('offline on broker 2').first()).toBeVisible();
    await expect(feed(page)).toContainText(/The leader moved from broker 2 to [13], leader epoch up to \d+/);
    await expect(feed(page)).toContainText(/Broker 2 (was fenced|left the cluster)/);
    await drawn(page);
    await takePicture(page, 'matrix-during-kill');
    await page.emulateMedia({ colorScheme: 'dark' });
    await drawn(page);
    await takePicture(page, 'matrix-during-kill-dark');
  });
});

test('the matrix with a broker away is readable in both themes and on a phone', async ({ page, cluster }) => {
  await openMatrix(page, cluster);
  await expect(replicas(page, 'offline')).toHaveCount(PARTITIONS);
  await expectReadableEverywhere(page);
});

test('the overview leads to the partitions that lack a replica; started again, the broker catches up', async ({
  page,
  cluster,
}) => {
  await test.step('exactly these partitions', async () => {
    await page.goto(pageAt(cluster, '/c/local'));
    await page.getByRole('link', { name: `${PARTITIONS} partitions under-replicated` }).click();
    await expect(replicas(page, 'leader')).toHaveCount(PARTITIONS);
    await page.getByRole('radio', { name: /^All/ }).click();
  });

  await test.step('started again, it catches up', async () => {
    await page.getByRole('link', { name: 'Brokers' }).click();
    await brokerRow(page, 2).getByRole('button', { name: 'Start' }).click();
    await expect(brokerRow(page, 2)).toContainText('Running');
    await page.getByRole('link', { name: 'Replicas' }).click();
    await expect(replicas(page, 'in-sync')).toHaveCount(2 * PARTITIONS);
    await expect(feed(page)).toContainText('Broker 2 caught up and is in sync');
    await drawn(page);
    await takePicture(page, 'matrix-after-kill');
  });
});

test('preferred leaders are elected, with the numbers before and after', async ({ page, cluster }) => {
  await openMatrix(page, cluster);
  const notPreferred = page.getByRole('radio', { name: /^Not preferred/ });
  await expect(notPreferred).toHaveText('Not preferred 4');
  await page.getByRole('button', { name: 'Elect preferred leaders' }).click();
  const dialog = page.getByRole('dialog', { name: 'Elect preferred leaders' });
  await expect(dialog.getByRole('row', { name: /^2 / })).toContainText('0 → 4');
  await takePicture(page, 'election-plan');
  await dialog.getByRole('button', { name: 'Elect 4 leaders' }).click();
  await expect(page.getByText('4 leaders were elected')).toBeVisible();
  await expect(notPreferred).toHaveText('Not preferred 0');
});

test('replicas are reassigned by a plan, with progress', async ({ page, cluster }) => {
  await createTopic(cluster.bootstrap, 'moving', 3, 2);
  const large = 'x'.repeat(900_000);
  for (const partition of [0, 1, 2, 0, 1, 2]) {
    await writeRecords(cluster.bootstrap, 'moving', [large], partition);
  }
  await openMatrix(page, cluster);
  const ofTopic = (id: number) => matrix(page).locator(`td[title^="Broker ${id}:"]:not([data-role="none"])`);
  await page.getByLabel('Filter partitions').fill('moving');
  await expect(matrix(page).getByRole('row', { name: /moving-/ })).toHaveCount(3);

  await page.getByRole('button', { name: 'Reassign replicas' }).click();
  const dialog = page.getByRole('dialog', { name: 'Reassign replicas' });
  await dialog.getByLabel('Topics').fill('moving');
  await dialog.getByRole('checkbox', { name: /Broker 3/ }).uncheck();
  await dialog.getByRole('button', { name: 'Make a plan' }).click();
  await expect(dialog.getByLabel('The plan in numbers')).toContainText(/Replicas to copy\s*2/);
  await expect(dialog.getByRole('table', { name: 'Brokers before and after' })).toContainText('2 → 0');
  await dialog.getByLabel('Throttle in MiB/s').fill('0.25');
  await takePicture(page, 'reassignment-plan');
  await expectReadable(page);
  await dialog.getByRole('button', { name: /^Start \d reassignments?/ }).click();

  await expect(page.getByRole('progressbar', { name: 'All reassignments' })).toBeVisible();
  await expect(page.getByText(/Replication is throttled to 256 KiB\/s/)).toBeVisible();
  await drawn(page);
  await takePicture(page, 'reassignment-progress');
  await expect(feed(page)).toContainText(/Replicas have moved/, { timeout: 180_000 });
  await expect(page.getByRole('progressbar', { name: 'All reassignments' })).toBeHidden();
  await expect(ofTopic(3)).toHaveCount(0);
  await expect(ofTopic(1)).toHaveCount(3);
  // What it was set for has ended, so the console takes the throttle away by itself.
  await expect(page.getByText(/Replication is throttled/)).toBeHidden();
});

test('a paused broker is shown as paused and fenced, and goes on when it is resumed', async ({
  page,
  cluster,
}) => {
  await page.goto(pageAt(cluster, '/c/local/brokers'));
  const dialog = await chooseAct(page, 1, 'Pause');
  await dialog.getByRole('button', { name: 'Pause broker 1' }).click();
  await expect(brokerRow(page, 1)).toContainText('Paused');
  await expect(brokerRow(page, 1)).toContainText('Fenced');
  await takePicture(page, 'brokers-paused');
  await expectReadableEverywhere(page);
  await (await openActs(page, 1)).getByRole('menuitem', { name: 'Resume' }).click();
  await expect(brokerRow(page, 1)).toContainText('Running');
  await expect(brokerRow(page, 1)).toContainText('Up');
});

test('the quorum shows who leads and who is how far behind', async ({ page, cluster }) => {
  await page.goto(pageAt(cluster, '/c/local/quorum'));
  const rows = page.getByRole('table', { name: 'Replicas of the metadata log' }).locator('tbody tr');
  await expect(rows).toHaveCount(3);
  await expect(rows.first()).toContainText('Leader');
  await expect(rows.filter({ hasText: 'caught up' })).toHaveCount(2);
});

test('a console that did not start the cluster changes nothing in it', async ({
  page,
  cluster,
  consoleErrors,
}) => {
  const watching = await watchCluster(cluster.bootstrap);
  const { origin, hash } = new URL(watching.open);
  await page.goto(`${origin}/c/watched/replicas${hash}`);
  await expect(replicas(page, 'leader').first()).toBeVisible();
  for (const name of ['Elect preferred leaders', 'Reassign replicas']) {
    await expect(page.getByRole('button', { name })).toBeDisabled();
  }
  const asked = {
    headers: { authorization: `Bearer ${new URLSearchParams(hash.slice(1)).get('token')}`, origin },
  };
  const refused = async (path: string, data: object) => {
    const answer = await page.request.post(`${origin}/api/clusters/watched/${path}`, { ...asked, data });
    return [answer.status(), (await answer.json()).error.code];
  };
  const partitions = [{ topic: 'orders', partition: 0, replicas: [1] }];
  expect(await refused('elections', { partitions: null })).toEqual([403, 'CLUSTER_READ_ONLY']);
  expect(await refused('reassignments', { partitions })).toEqual([403, 'CLUSTER_READ_ONLY']);
  expect(await refused('reassignments/cancel', { partitions: null })).toEqual([403, 'CLUSTER_READ_ONLY']);
  expect(await refused('brokers/1/kill', {})).toEqual([403, 'CLUSTER_READ_ONLY']);
  await page.goto(`${origin}/c/watched/brokers${hash}`);
  await expect(brokerRow(page, 1)).toContainText('Up');
  await expect(page.getByRole('button', { name: /Act on/ })).toHaveCount(0);
  await watching.close();
  // A page whose server is away cannot help that the browser reports its refused connections.
  consoleErrors.splice(
    0,
    consoleErrors.length,
    ...consoleErrors.filter((error) => !error.includes('net::ERR_')),
  );
});

async function openMatrix(page: Page, cluster: BrokerUnderTest): Promise<void> {
  await page.goto(pageAt(cluster, '/c/local/replicas'));
  await expect(matrix(page).locator('tbody tr').first()).toBeVisible();
}

async function openActs(page: Page, id: number) {
  await brokerRow(page, id)
    .getByRole('button', { name: `Act on broker ${id}` })
    .click();
  return page.getByRole('menu');
}

async function chooseAct(page: Page, id: number, act: string) {
  await (await openActs(page, id)).getByRole('menuitem', { name: act }).click();
  // By what it looks like: beside an open dialog no role is told.
  await expect(page.locator('[role="menu"]')).toHaveCount(0);
  return page.getByRole('dialog', { name: `${act} broker ${id}?` });
}
