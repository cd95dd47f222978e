import { join, resolve } from 'node:path';
import { test as base, expect, type Page } from '@playwright/test';
import { type BrokerUnderTest, startOdradek } from '../interop/broker-under-test.ts';

interface Running {
  /** One broker and its console, shared by the tests of a file. */
  odradek: BrokerUnderTest;
  /** What the pages of this test reported as errors; a test that leaves any fails. */
  consoleErrors: string[];
}

/** A test with a running Odradek; any error in the page's console fails it. */
export const test = base.extend<Pick<Running, 'consoleErrors'>, Pick<Running, 'odradek'>>({
  odradek: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from its first parameter
    async ({}, use) => {
      const odradek = await startOdradek({ console: true });
      await use(odradek);
      await odradek.close();
    },
    { scope: 'worker', timeout: 300_000 },
  ],
  consoleErrors: [
    async ({ page }, use) => {
      const errors: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      page.on('pageerror', (error) => errors.push(String(error)));
      await use(errors);
      expect(errors).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Keeps a picture of the page in docs/screenshots where that is asked for: `ODRADEK_SCREENSHOTS=1`. */
export async function takePicture(page: Page, name: string): Promise<void> {
  if (process.env.ODRADEK_SCREENSHOTS !== '1') return;
  const folder = resolve(import.meta.dirname, '../../docs/screenshots');
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** The address of a page of the local cluster, with the token. */
export function pageAt(odradek: BrokerUnderTest, path: string): string {
  const open = new URL(odradek.open ?? '');
  return `${open.origin}${path}${open.hash}`;
}
