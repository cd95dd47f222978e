// Bundles what others use of @odradek/broker into packages/broker/dist: `library.js` with its declarations, and
// `compute-worker.js`, the program of its worker threads. Scripts, not modules: they can be imported and required, and
// run in test runners that load no module. Runs on Node 20.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { asScript } from './bundle-settings.mjs';
import { root } from './toolchain.mjs';

const broker = join(root, 'packages/broker');
const dist = join(broker, 'dist');

if (process.env.npm_config_user_agent?.startsWith('npm/')) {
  throw new Error(
    'npm leaves publishConfig alone; `npm run pack` at the root of the checkout makes the package',
  );
}

rmSync(dist, { recursive: true, force: true });
await build({
  ...asScript,
  packages: 'external',
  entryPoints: ['library', 'compute-worker'].map((name) => join(broker, `src/${name}.ts`)),
  outdir: dist,
});
declare();

/** The compiler declares all that the broker is made of; of this goes along what the library's own declarations name. */
function declare() {
  const folder = mkdtempSync(join(tmpdir(), 'odradek-declarations-'));
  try {
    const compiler = join(root, 'node_modules/typescript-7/bin/tsc');
    const options = ['-p', join(broker, 'tsconfig.library.json'), '--outDir', folder];
    execFileSync(process.execPath, [compiler, ...options], { stdio: 'inherit' });
    for (const file of namedFrom(join(folder, 'library.d.ts'))) {
      cpSync(file, join(dist, relative(folder, file)));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function namedFrom(entry) {
  const found = new Set([entry]);
  // A set gives what is added to it on the way, too.
  for (const file of found) {
    for (const [, name] of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)\.ts'/g)) {
      found.add(join(dirname(file), `${name}.d.ts`));
    }
  }
  return found;
}
