// Bundles each process role into packages/cli/dist, the folder of the package that lists what stays outside the
// bundles: `odradek.js` (command, supervisor and console, with lazily loaded chunks), `broker-process.cjs` (one
// file: a broker process loads neither the console nor the Kafka client) and `compute-worker.js` (its worker threads).
// Runs on Node 20.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { asScript, forNode } from './bundle-settings.mjs';
import { plainNames } from './plain-names.mjs';
import { root } from './toolchain.mjs';

/** A machine that is slower than this goes without. */
const COMPILED_WITHIN_MS = 60_000;

const started = new Date();
const dist = join(root, 'packages/cli/dist');

/** Native modules, and the client that finds its own files by path; packages/cli lists them as dependencies. */
const external = ['better-sqlite3', '@node-rs/crc32', 'snappy', 'lz4-napi', 're2js', '@platformatic/kafka'];

const asModule = {
  ...forNode,
  external,
  format: 'esm',
  // CommonJS dependencies call `require`, `__filename` and `__dirname`, which an ES module has not.
  banner: {
    js: [
      "import { createRequire as createBundleRequire } from 'node:module';",
      'const require = createBundleRequire(import.meta.url);',
      'const __filename = import.meta.filename;',
      'const __dirname = import.meta.dirname;',
    ].join('\n'),
  },
};

/** Each broker process holds its program's text in memory. Names stay, for stack traces. */
const terse = { minifyWhitespace: true, minifySyntax: true, lineLimit: 160 };

/**
 * For V8's quick compiler (ADR 44): private names are plain, fields are assigned by the constructor, and what the global
 * object has getters for is looked up once.
 */
const forMaglev = {
  plugins: [plainNames],
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false, verbatimModuleSyntax: true } },
  banner: { js: `${asScript.banner.js} const { Buffer, performance } = globalThis;` },
};

await Promise.all([
  build({
    ...asScript,
    ...terse,
    external,
    ...forMaglev,
    entryPoints: [join(root, 'packages/broker/src/broker-process.ts')],
    outfile: join(dist, 'broker-process.cjs'),
  }),
  build({
    ...asModule,
    entryPoints: [join(root, 'packages/broker/src/compute-worker.ts')],
    outfile: join(dist, 'compute-worker.js'),
  }),
  build({
    ...asModule,
    entryPoints: [join(root, 'packages/cli/src/odradek.ts')],
    outdir: dist,
    splitting: true,
    chunkNames: '[name]-[hash]',
  }),
]).then(removeOlder);

await compileAhead();

// A source file saved while the bundler ran is newer than the bundle: bin/odradek compares these times.
utimesSync(join(dist, 'odradek.js'), started, started);

/** Chunks of an earlier bundle have other names and would stay for ever. */
function removeOlder(results) {
  const outputs = new Set(
    results.flatMap(({ metafile }) => Object.keys(metafile.outputs).map((path) => basename(path))),
  );
  for (const name of readdirSync(dist)) {
    if (/\.c?js$/.test(name) && !outputs.has(name)) rmSync(join(dist, name));
  }
  rmSync(join(dist, '.compiled'), { recursive: true, force: true });
}

/**
 * Runs all of it once, so that its first start, too, finds in `dist/.compiled` what it needs of V8's code: compiling
 * takes half a second, and each broker 5 MB that it keeps. Where that is not possible, the first start leaves it there.
 */
async function compileAhead() {
  const data = mkdtempSync(join(tmpdir(), 'odradek-bundle-'));
  const command = ['up', '--json', '--brokers', '3', '--port', '0', '--console-port', '0', '--data', data];
  const up = spawn(
    join(root, 'node_modules/.bin/node'),
    [join(dist, 'odradek.js'), ...command, '--stop-with-parent'],
    { stdio: ['ignore', 'pipe', 'ignore'], timeout: COMPILED_WITHIN_MS, killSignal: 'SIGKILL' },
  );
  const ended = once(up, 'exit');
  const ready = once(createInterface({ input: up.stdout }), 'line');
  await Promise.race([ready, ended]).catch(() => {});
  up.kill('SIGTERM');
  await ended.catch(() => {});
  // Brokers whose supervisor was killed may still be writing.
  rmSync(data, { recursive: true, force: true, maxRetries: 20 });
}
