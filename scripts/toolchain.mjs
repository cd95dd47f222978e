// What every script of this folder stands on: where the checkout is, that its tools are installed, and the
// environment in which they run. Plain JavaScript for Node 20, because it runs before Node 24 is there.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's folder. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** The environment for tools: Node 24 and the workspace's programs come first on PATH. */
export function toolEnvironment(extra = {}) {
  return { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}`, ...extra };
}

/** Installs the workspace when it is not, or when the lock file is newer than what was installed. */
export function ensureInstalled() {
  const installed = join(root, 'node_modules/.modules.yaml');
  const lockfile = join(root, 'pnpm-lock.yaml');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lockfile).mtimeMs) return;
  console.error('Installing the workspace (pnpm; a minute or so the first time) …');
  const run = spawnSync('npx', ['-y', 'pnpm@12', 'install', '--frozen-lockfile'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (run.status !== 0) {
    console.error('The workspace could not be installed; the lines above say why.');
    process.exit(1);
  }
}
