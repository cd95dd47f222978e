// Whether this checkout is installed and built, and the two steps that make it so. Plain JavaScript for Node 20.
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { interruptedBy, runStep } from './foreground.mjs';
import { isInstalled, root, toolEnvironment } from './toolchain.mjs';

/** Written when a build ends, dated to its start: a file saved meanwhile is newer. */
const stamp = join(root, 'node_modules/.odradek-built');

const sources = [
  'packages/broker/src',
  'packages/cli/src',
  'packages/contract/src',
  'packages/monitor/src',
  'packages/ui/src',
  'apps/web/src',
  'apps/web/index.html',
  'apps/web/vite.config.ts',
  'apps/desktop/src',
  'scripts/bundle.mjs',
  'scripts/bundle-settings.mjs',
  'scripts/plain-names.mjs',
  'pnpm-lock.yaml',
];

/** Installs what is missing, with progress on standard error. Ends the process when that fails. */
export async function ensureInstalled() {
  if (!isInstalled()) {
    await requireStep('Installing packages and building (pnpm; a minute or two the first time)', [
      'npx',
      '-y',
      'pnpm@12',
      'install',
      '--frozen-lockfile',
    ]);
  }
}

/** Installs and builds what is missing, with progress on standard error. Ends the process when that fails. */
export async function ensureBuilt() {
  await ensureInstalled();
  // A fresh install has built already, by the root `prepare` script.
  if (!isBuilt()) {
    await requireStep('Building the bundles and the console', [
      process.execPath,
      join(root, 'scripts/prepare.mjs'),
    ]);
  }
}

async function requireStep(title, [command, ...args]) {
  const started = Date.now();
  console.error(`${title} …`);
  const code = await runStep(command, args);
  if (interruptedBy() !== null) process.exit(code === 0 ? 130 : code);
  if (code !== 0) {
    console.error(`${title}: failed with code ${code}; the lines above say why.`);
    process.exit(1);
  }
  console.error(`${title}: done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

/** Builds bundles and console by turbo; resolves with its exit code. */
export async function build() {
  const started = new Date();
  const code = await runStep('turbo', ['run', 'build', '--output-logs=errors-only', '--log-order=grouped'], {
    env: toolEnvironment({ TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' }),
  });
  if (code === 0) {
    writeFileSync(stamp, `${started.toISOString()}\n`);
    utimesSync(stamp, started, started);
  }
  return code;
}

function isBuilt() {
  if (!existsSync(stamp)) return false;
  const built = statSync(stamp).mtimeMs;
  return sources.every((source) => newestIn(join(root, source)) <= built);
}

function newestIn(path) {
  if (!existsSync(path)) return 0;
  const found = statSync(path);
  if (!found.isDirectory()) return /\.test\.tsx?$/.test(path) ? 0 : found.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}
