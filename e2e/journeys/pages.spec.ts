import type { BrokerUnderTest } from '../interop/broker-under-test.ts';
import { expect, pageAt, takePicture, test } from './console-test.ts';
import { commitOffset, createTopic, writeRecords } from './live-clients.ts';
import { drawn, expectReadable } from './readable.ts';

const pages = [
  { name: 'overview', path: '/c/local' },
  { name: 'topics', path: '/c/local/topics' },
  { name: 'topic', path: '/c/local/topics/parcels' },
  { name: 'topic-configs', path: '/c/local/topics/parcels?tab=configs' },
  { name: 'records', path: '/c/local/topics/parcels?tab=records' },
  { name: 'groups', path: '/c/local/groups' },
  { name: 'group', path: '/c/local/groups/depot' },
  { name: 'transactions', path: '/c/local/transactions' },
  { name: 'topic-replicas', path: '/c/local/topics/parcels?tab=replicas' },
  { name: 'replicas', path: '/c/local/replicas' },
  { name: 'brokers', path: '/c/local/brokers' },
  { name: 'quorum', path: '/c/local/quorum' },
  { name: 'settings', path: '/settings' },
] as const;

const shapes = [
  { name: 'light', colorScheme: 'light', width: 1280 },
  { name: 'dark', colorScheme: 'dark', width: 1280 },
  { name: 'phone', colorScheme: 'light', width: 390 },
] as const;

let isFurnished = false;

test.beforeEach(async ({ odradek }) => {
  if (isFurnished) return;
  isFurnished = true;
  await furnish(odradek);
});

for (const shape of shapes) {
  test.describe(shape.name, () => {
    test.use({ colorScheme: shape.colorScheme, viewport: { width: shape.width, height: 900 } });

    for (const { name, path } of pages) {
      test(`${name} is readable: no serious finding of axe, nothing wider than the screen`, async ({
        page,
        odradek,
      }) => {
        await page.goto(pageAt(odradek, path));
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
        await drawn(page);
        await takePicture(page, `${name}-${shape.name}`);
        await expectReadable(page);
      });
    }
  });
}

/** A topic with records of several shapes and a group that has read some of them. */
async function furnish({ bootstrap }: BrokerUnderTest): Promise<void> {
  await createTopic(bootstrap, 'parcels', 3);
  await writeRecords(bootstrap, 'parcels', [
    '{"parcel":9223372036854775807,"to":"Prague"}',
    'plain text',
    '',
    '{"parcel":2,"weights":[1.50,2.25]}',
  ]);
  await commitOffset(bootstrap, 'depot', 'parcels', 1);
  await commitOffset(bootstrap, 'depot', 'parcels', 2);
}
