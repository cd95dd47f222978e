import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, test as base, type ElectronApplication, expect, type Page } from '@playwright/test';
import { type BrokerUnderTest, startOdradek } from '../interop/broker-under-test.ts';
import { type Display, openDisplay } from './display.ts';

const APP = resolve(import.meta.dirname, '../../apps/desktop');

/** A machine on which nobody has used Odradek: data directory and app settings of its own. */
export interface Desk {
  /** What the app uses as its data directory. */
  readonly dataDirectory: string;
  /** Runs three brokers on that directory, on free TCP ports that it then keeps. */
  startCluster(): Promise<BrokerUnderTest>;
  launch(): Promise<ElectronApplication>;
  /** The app's first window, on a page of the console; its console errors fail the test. */
  consoleWindow(app: ElectronApplication): Promise<Page>;
}

export const test = base.extend<{ desk: Desk }, { display: Display }>({
  display: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from its first parameter
    async ({}, use) => {
      const display = await openDisplay();
      await use(display);
      display.close();
    },
    { scope: 'worker' },
  ],
  desk: async ({ display }, use) => {
    const home = mkdtempSync(join(tmpdir(), 'odradek-desktop-'));
    const dataDirectory = join(home, 'data/odradek/default');
    const apps: ElectronApplication[] = [];
    const errors: string[] = [];
    await use({
      dataDirectory,
      startCluster: () =>
        startOdradek({ console: true, dataDirectory, args: ['--brokers', '3', '--port', '0'] }),
      launch: async () => {
        const app = await _electron.launch({
          executablePath: electronProgram(),
          // Root has no user namespace to sandbox in; the app itself never asks for this.
          args: [APP, '--no-sandbox', `--user-data-dir=${join(home, 'app')}`],
          env: { ...environment(), DISPLAY: display.name, XDG_DATA_HOME: join(home, 'data') },
        });
        apps.push(app);
        return app;
      },
      consoleWindow: async (app) => {
        const window = await app.firstWindow();
        window.on('console', (message) => {
          if (message.type() === 'error') errors.push(message.text());
        });
        window.on('pageerror', (error) => errors.push(String(error)));
        await expect(window.getByRole('heading', { name: 'Overview' })).toBeVisible();
        return window;
      },
    });
    for (const app of apps) await app.close().catch(() => {});
    rmSync(home, { recursive: true, force: true });
    expect(errors).toEqual([]);
  },
});

export { expect };

/** The pids of all processes below one, itself first. */
export function processTree(pid: number): number[] {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), parentOf(name)]),
  );
  const found = [pid];
  for (const at of found) for (const [child, parent] of parents) if (parent === at) found.push(child);
  return found;
}

/** Whether a process runs; one that has ended and waits to be collected does not. */
export function isRunning(pid: number): boolean {
  return !['', 'Z'].includes(statOf(String(pid))[0] ?? '');
}

export function isListening(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      answer(true);
    });
    socket.once('error', () => answer(false));
  });
}

function electronProgram(): string {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) return join(override, 'electron');
  const installed = join(APP, 'node_modules/electron');
  return join(installed, 'dist', readFileSync(join(installed, 'path.txt'), 'utf8').trim());
}

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) => (value ? [[key, value]] : [])),
  );
}

function parentOf(pid: string): number {
  return Number(statOf(pid)[1] ?? 0);
}

/** The fields of /proc/PID/stat from the state on; none when the process is gone. */
function statOf(pid: string): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
