import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, isListening, isRunning, processTree, test } from './desktop-test.ts';

/** Where a broker of `bootstrap` listens. */
function portOf(bootstrap: string): number {
  return Number(bootstrap.split(':').at(-1));
}

test('the window shows the console, and quitting leaves no process and no TCP port', async ({ desk }) => {
  // The directory keeps a free TCP port, so that the app does not need 9092 on this machine.
  const before = await desk.startCluster();
  await before.stop();
  const app = await desk.launch();
  const window = await desk.consoleWindow(app);
  const { port: consolePort, origin } = new URL(window.url());
  expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(await isListening(portOf(before.bootstrap))).toBe(true);
  const tree = processTree(app.process().pid ?? 0);
  await app.close();
  await expect.poll(() => tree.filter(isRunning), { timeout: 60_000 }).toEqual([]);
  expect(await isListening(portOf(before.bootstrap))).toBe(false);
  expect(await isListening(Number(consolePort))).toBe(false);
});

test('the page has no Node, no way to another origin, no new window and no permission', async ({ desk }) => {
  const before = await desk.startCluster();
  await before.stop();
  const app = await desk.launch();
  const window = await desk.consoleWindow(app);
  const { origin } = new URL(window.url());
  expect(await window.evaluate('[typeof require, typeof process]')).toEqual(['undefined', 'undefined']);
  expect(await window.evaluate('window.open("https://example.com/")')).toBeNull();
  expect(app.windows()).toHaveLength(1);
  expect(await window.evaluate('Notification.requestPermission()')).toBe('denied');
  const attempt = await app.evaluate(
    ({ BrowserWindow }) =>
      new Promise<{ url: string; refused: boolean }>((resolve) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents;
        // Behind the app's own listener, whose decision it sees.
        contents?.once('will-navigate', (event, url) => resolve({ url, refused: event.defaultPrevented }));
        void contents?.executeJavaScript('location.assign("https://example.com/")');
      }),
  );
  expect(attempt).toEqual({ url: 'https://example.com/', refused: true });
  expect(
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getURL()),
  ).toContain(origin);
});

test('a cluster that runs already is shown, and left running at the end', async ({ desk }) => {
  const cluster = await desk.startCluster();
  const app = await desk.launch();
  const window = await desk.consoleWindow(app);
  expect(new URL(window.url()).origin).toBe(new URL(cluster.open ?? '').origin);
  await app.close();
  expect(isRunning(cluster.brokerPid())).toBe(true);
  expect(await isListening(portOf(cluster.bootstrap))).toBe(true);
  await cluster.stop();
});

test('a second start ends at once and leaves the first one its window', async ({ desk }) => {
  const cluster = await desk.startCluster();
  const app = await desk.launch();
  await desk.consoleWindow(app);
  const [program = '', ...args] = app.process().spawnargs;
  const second = spawnSync(
    program,
    args.filter((arg) => !arg.startsWith('--inspect') && !arg.startsWith('--remote-debugging')),
    {
      env: { ...process.env, DISPLAY: await app.evaluate(() => process.env.DISPLAY ?? '') },
      timeout: 60_000,
    },
  );
  expect(second.status).toBe(0);
  expect(app.windows()).toHaveLength(1);
  await app.close();
  await cluster.stop();
});

test('a start that fails is told with its reason', async ({ desk }) => {
  const before = await desk.startCluster();
  await before.stop();
  const other = createServer().listen(portOf(before.bootstrap), '127.0.0.1');
  await once(other, 'listening');
  const app = await desk.launch();
  const window = await app.firstWindow();
  await expect(window.getByText(`TCP port ${portOf(before.bootstrap)} is in use`)).toBeVisible();
  await app.close();
  other.close();
});
