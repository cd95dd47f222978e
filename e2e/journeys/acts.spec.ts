import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { startOdradek } from '../interop/broker-under-test.ts';
import { expect, pageAt, test } from './console-test.ts';

test('an empty cluster says how to connect, and the demo brings it to life', async ({ page, odradek }) => {
  await page.goto(pageAt(odradek, '/c/local'));
  await expect(page.getByText(odradek.bootstrap, { exact: true })).toBeVisible();
  await expect(page.getByText(`kcat -b ${odradek.bootstrap}`).first()).toBeVisible();
  await page.getByRole('button', { name: 'Run the demo' }).click();
  await page.getByRole('link', { name: 'demo-orders' }).first().click();
  await expect(page.getByRole('heading', { level: 1, name: 'demo-orders' })).toBeVisible();
  await page.getByRole('tab', { name: /Records/ }).click();
  // The page reads when it is asked to, and the demo may not have written yet.
  const firstRecord = page.getByRole('table', { name: 'Records' }).getByRole('row').nth(1);
  await expect(async () => {
    await page.getByRole('button', { name: 'Read again' }).click();
    await expect(firstRecord).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await page.goto(pageAt(odradek, '/c/local'));
  await page.getByRole('button', { name: 'Stop the demo' }).click();
  await expect(page.getByRole('button', { name: 'Stop the demo' })).toBeHidden();
});

test('a topic is made and a record written here, and kcat reads it', async ({ page, odradek }) => {
  await page.goto(pageAt(odradek, '/c/local/topics'));
  await page.getByRole('button', { name: 'Create topic' }).click();
  const create = page.getByRole('dialog', { name: 'Create topic' });
  await create.getByLabel('Name').fill('no spaces');
  await create.getByRole('button', { name: 'Create' }).click();
  await expect(create.getByLabel('Name')).toHaveAttribute('aria-invalid', 'true');
  await create.getByLabel('Name').fill('from-the-console');
  await create.getByRole('button', { name: 'Create' }).click();
  await expect(create).toBeHidden();

  await page.goto(pageAt(odradek, '/c/local/topics/from-the-console?tab=records'));
  await page.getByRole('button', { name: 'Produce record' }).click();
  const produce = page.getByRole('dialog', { name: 'Produce to from-the-console' });
  await produce.getByLabel('Key', { exact: true }).fill('one');
  await produce.getByLabel('Value', { exact: true }).fill('{"id":9223372036854775807}');
  await produce.getByRole('button', { name: 'Produce', exact: true }).click();
  await expect(produce).toBeHidden();

  const read = ['-b', odradek.bootstrap, '-C', '-t', 'from-the-console', '-e', '-q', '-f', '%k=%s\n'];
  expect(spawnSync('kcat', read, { encoding: 'utf8' }).stdout).toBe('one={"id":9223372036854775807}\n');
  await page.getByRole('button', { name: 'Read again' }).click();
  await expect(page.getByText('9223372036854775807')).toBeVisible();
});

test('looking at records leaves no group and no commit behind', async ({ page, odradek }) => {
  await page.goto(pageAt(odradek, '/c/local/topics/from-the-console?tab=records'));
  await expect(page.getByText('9223372036854775807')).toBeVisible();
  const admin = new Kafka({ brokers: [odradek.bootstrap], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const groups = (await admin.listGroups()).groups.map(({ groupId }) => groupId);
  await admin.disconnect();
  expect(groups.filter((group) => !group.startsWith('demo'))).toEqual([]);
});

test('without the token the page says so, takes it, and goes on to the same address', async ({
  page,
  odradek,
  consoleErrors,
}) => {
  const open = new URL(odradek.open ?? '');
  await page.goto(`${open.origin}/c/local/topics?q=con`);
  await expect(page.getByRole('heading', { name: 'This console needs its token' })).toBeVisible();
  await expect(page.getByText('odradek doctor --token')).toBeVisible();
  const doctor = spawnSync(
    resolve(import.meta.dirname, '../../bin/odradek'),
    ['doctor', '--token', '--data', odradek.dataDirectory],
    { encoding: 'utf8' },
  );
  await page.getByLabel('Token').fill(doctor.stdout.trim());
  await page.getByRole('button', { name: 'Open the console' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Topics' })).toBeVisible();
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/c/local/topics?q=con');
  // The refused calls before the token was given are what this test is about.
  consoleErrors.splice(0, consoleErrors.length, ...consoleErrors.filter((error) => !error.includes('401')));
});

test('when the server is gone values turn stale, and recover by themselves when it is back', async ({
  page,
  consoleErrors,
}) => {
  const first = await startOdradek({ console: true });
  const port = new URL(first.open ?? '').port;
  await page.goto(pageAt(first, '/c/local'));
  await expect(page.getByText('Live')).toBeVisible();
  await first.stop();
  await expect(page.getByText(/Server silent/)).toBeVisible();
  await expect(page.getByText(/stale: .* old/).first()).toBeVisible();
  const second = await startOdradek({
    console: true,
    dataDirectory: first.dataDirectory,
    args: ['--console-port', port],
  });
  await expect(page.getByText('Live')).toBeVisible();
  await second.close();
  // A page whose server is away cannot help that the browser reports its refused connections.
  consoleErrors.splice(
    0,
    consoleErrors.length,
    ...consoleErrors.filter((error) => !error.includes('net::ERR_')),
  );
});
