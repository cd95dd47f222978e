import type { Page } from '@playwright/test';
import { type BrokerUnderTest, startOdradek } from '../interop/broker-under-test.ts';
import { test as base, expect, pageAt, takePicture } from './console-test.ts';
import { ConsumerProcess, createTopic, writeRecords } from './live-clients.ts';
import { expectReadable, expectReadableEverywhere } from './readable.ts';
import { leaveHangingTransaction, leaveTransaction } from './wire-transactions.ts';

/** A broker that takes transactional records its coordinator was not told of, as Kafka before 3.7 did. */
const test = base.extend<object, { trusting: BrokerUnderTest }>({
  trusting: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from its first parameter
    async ({}, use) => {
      const settings = { 'transaction.partition.verification.enable': 'false' };
      const broker = await startOdradek({ console: true, settings });
      await use(broker);
      await broker.close();
    },
    { scope: 'worker', timeout: 300_000 },
  ],
});

test('offsets are reset after a preview, not while a member is active, and put back by one click', async ({
  page,
  trusting,
}) => {
  const { bootstrap } = trusting;
  await createTopic(bootstrap, 'parcels', 2);
  await writeRecords(bootstrap, 'parcels', ['a', 'b', 'c', 'd', 'e']);
  const consumer = await ConsumerProcess.start({ bootstrap, topic: 'parcels', group: 'depot', pauseMs: 0 });
  await page.goto(pageAt(trusting, '/c/local/groups/depot'));
  const committed = page
    .getByRole('row', { name: /parcels-0/ })
    .getByRole('cell')
    .nth(3);
  await expect(committed).toHaveText('5');
  const dialog = page.getByRole('dialog', { name: 'Reset offsets of depot' });
  await page.getByRole('button', { name: 'Reset offsets' }).click();
  await dialog.getByRole('button', { name: 'Preview' }).click();
  await expect(dialog.getByText('cannot be set while the group is in use')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Reset 2 offsets' })).toBeDisabled();
  await consumer.stop();
  // The broker has the last word on whether somebody is still there.
  await expect(async () => {
    await dialog.getByRole('button', { name: 'Look again' }).click();
    await expect(dialog.getByText('cannot be set')).toBeHidden({ timeout: 1_000 });
  }).toPass();
  await takePicture(page, 'offset-reset-preview');
  await expectReadable(page);
  await dialog.getByRole('button', { name: 'Reset 2 offsets' }).click();
  await expect(dialog).toBeHidden();
  await expect(committed).toHaveText('0');
  await page.getByRole('button', { name: 'Undo the reset' }).click();
  await expect(committed).toHaveText('5');
  await expect(page.getByRole('button', { name: 'Undo the reset' })).toBeHidden();
});

test('the members that came and went are drawn, with how long the world stood still', async ({
  page,
  trusting,
}) => {
  const { bootstrap } = trusting;
  await createTopic(bootstrap, 'letters', 2);
  await writeRecords(bootstrap, 'letters', ['a', 'b']);
  const options = { bootstrap, topic: 'letters', group: 'sorters', pauseMs: 0 };
  const first = await ConsumerProcess.start(options);
  await page.goto(pageAt(trusting, '/c/local/groups/sorters'));
  const rebalances = page.getByRole('table', { name: 'Rebalances', exact: true });
  await expect(rebalances.getByRole('row')).toHaveCount(2);
  const second = await ConsumerProcess.start(options);
  await expect(rebalances.getByText(/ms|s to|at most/).first()).toBeVisible();
  await second.stop();
  await expect(rebalances.getByText('left, or its session expired')).toBeVisible();
  await expect(page.getByRole('table', { name: /Partitions of each member/ })).toBeVisible();
  await page.getByRole('heading', { name: 'Rebalances' }).scrollIntoViewIfNeeded();
  await takePicture(page, 'group-rebalances');
  await expectReadableEverywhere(page);
  await first.stop();
});

test('what holds consumers back is shown and can be ended: an open transaction, and one that hangs', async ({
  page,
  trusting,
}) => {
  const { bootstrap } = trusting;
  await createTopic(bootstrap, 'invoices');
  await createTopic(bootstrap, 'audit');
  await leaveTransaction(bootstrap, 'billing-eu', 'invoices');
  await leaveHangingTransaction(bootstrap, 'auditor', 'audit');
  await page.goto(pageAt(trusting, '/c/local/transactions'));
  const held = page.getByRole('table', { name: 'Partitions held back' });
  await expect(held.getByRole('row', { name: /invoices-0/ })).toContainText('Open');
  await expect(held.getByRole('row', { name: /audit-0/ })).toContainText('Hanging');
  await takePicture(page, 'transactions-held');
  await expectReadableEverywhere(page);
  await abort(page, 'invoices-0', 'Abort what billing-eu has open');
  await abort(page, 'audit-0', 'Abort a hanging transaction');
  await expect(page.getByRole('heading', { name: 'Nothing is held back' })).toBeVisible();
});

async function abort(page: Page, partition: string, title: string): Promise<void> {
  const row = page.getByRole('row', { name: new RegExp(partition) });
  await row.getByRole('button', { name: 'Abort' }).click();
  const dialog = page.getByRole('dialog', { name: title });
  await expectReadable(page);
  await dialog.getByRole('button', { name: 'Abort the transaction' }).click();
  await expect(dialog).toBeHidden();
  await expect(row).toBeHidden();
}
