// What every script of this folder stands on: where the checkout is, that its tools are installed, and the
// environment in which they run. Plain JavaScript for Node 20, because it runs before Node 24 is there.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's folder. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** The environment for tools: Node 24 and the workspace's programs come first on PATH. */
export function toolEnvironment(extra = {}) {
  return { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}`, ...extra };
}

/** Whether the workspace is installed from the lock file as it is: pnpm keeps a copy of what it installed from. */
export function isInstalled() {
  const installed = join(root, 'node_modules/.pnpm/lock.yaml');
  return existsSync(installed) && readFileSync(installed).equals(readFileSync(join(root, 'pnpm-lock.yaml')));
}
