import { expect, pageAt, takePicture, test } from './console-test.ts';
import { ConsumerProcess, commitOffset, createTopic, SteadyProducer, writeRecords } from './live-clients.ts';

test('five records and a commit after the third are a lag of 2', async ({ page, odradek }) => {
  await createTopic(odradek.bootstrap, 'orders');
  await writeRecords(odradek.bootstrap, 'orders', ['1', '2', '3', '4', '5']);
  await commitOffset(odradek.bootstrap, 'billing', 'orders', 3);
  await page.goto(pageAt(odradek, '/c/local/groups/billing'));
  const row = page
    .getByRole('table', { name: 'Partitions of the group' })
    .getByRole('row', { name: /orders-0/ });
  await expect(row).toContainText('2');
  await expect(page.getByLabel('The group in numbers')).toContainText(/Total lag\s*2/);
});

test.use({ colorScheme: 'dark', viewport: { width: 1280, height: 1000 } });

test('a group falls behind (WARN), dies (STOP, ERR), returns and drains (OK)', async ({ page, odradek }) => {
  const { bootstrap } = odradek;
  const topic = 'deliveries';
  const group = 'couriers';
  await createTopic(bootstrap, topic);
  const producer = await SteadyProducer.start(bootstrap, topic, 5);
  const slow = await ConsumerProcess.start({ bootstrap, topic, group, pauseMs: 1_000 });
  await page.goto(pageAt(odradek, `/c/local/groups/${group}`));
  const partition = page
    .getByRole('table', { name: 'Partitions of the group' })
    .getByRole('row', { name: /deliveries-0/ });
  const heading = page.getByRole('heading', { name: group }).locator('..');
  const lag = () => totalLag(page.getByLabel('The group in numbers'));

  await test.step('its lag grows before our eyes', async () => {
    await expect.poll(lag).toBeGreaterThan(5);
    const before = await lag();
    await expect.poll(lag).toBeGreaterThan(before + 5);
  });

  await test.step('ten commits without falling lag are a WARN', async () => {
    await expect(partition).toContainText('WARN', { timeout: 120_000 });
    await expect(heading).toContainText('WARN');
    await takePicture(page, 'lag-warn');
  });

  await test.step('killed, its partition is STOP and the group ERR', async () => {
    await slow.kill();
    await expect(partition).toContainText('STOP', { timeout: 120_000 });
    await expect(heading).toContainText('ERR');
    await expect(page.getByText(/Why: deliveries/)).toBeVisible();
    await takePicture(page, 'lag-stop');
  });

  await test.step('back and faster than the producer, it drains and is OK', async () => {
    const quick = await ConsumerProcess.start({ bootstrap, topic, group, pauseMs: 0 });
    await producer.stop();
    await expect.poll(lag, { timeout: 120_000 }).toBe(0);
    await expect(partition).toContainText('OK');
    await expect(heading).toContainText('OK');
    await quick.stop();
  });
});

async function totalLag(facts: { textContent(): Promise<string | null> }): Promise<number> {
  const text = (await facts.textContent()) ?? '';
  return Number(/Total lag\s*([\d,.  ]+)/.exec(text)?.[1]?.replaceAll(/[^\d]/g, '') ?? Number.NaN);
}
