// Bundles each process role into packages/cli/dist, the folder of the package that lists what stays outside the
// bundles: `odradek.js` (command, supervisor and console, with lazily loaded chunks), `broker-process.js` (one
// file: a broker process loads neither the console nor the Kafka client) and `compute-worker.js` (its worker threads).
// Runs on Node 20.
import { readdirSync, rmSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { root } from './toolchain.mjs';

const started = new Date();
const dist = join(root, 'packages/cli/dist');

/** Native modules, and the client that finds its own files by path; packages/cli lists them as dependencies. */
const external = ['better-sqlite3', '@node-rs/crc32', 'snappy', 'lz4-napi', 're2js', '@platformatic/kafka'];

const shared = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  external,
  // CommonJS dependencies call `require`, `__filename` and `__dirname`, which an ES module has not.
  banner: {
    js: [
      "import { createRequire as createBundleRequire } from 'node:module';",
      'const require = createBundleRequire(import.meta.url);',
      'const __filename = import.meta.filename;',
      'const __dirname = import.meta.dirname;',
    ].join('\n'),
  },
  logLevel: 'warning',
  metafile: true,
};

/** Each broker process holds its program's text in memory. Names stay, for stack traces. */
const terse = { minifyWhitespace: true, minifySyntax: true, lineLimit: 160 };

await Promise.all([
  build({
    ...shared,
    ...terse,
    entryPoints: [join(root, 'packages/broker/src/broker-process.ts')],
    outfile: join(dist, 'broker-process.js'),
  }),
  build({
    ...shared,
    entryPoints: [join(root, 'packages/broker/src/compute-worker.ts')],
    outfile: join(dist, 'compute-worker.js'),
  }),
  build({
    ...shared,
    entryPoints: [join(root, 'packages/cli/src/odradek.ts')],
    outdir: dist,
    splitting: true,
    chunkNames: '[name]-[hash]',
  }),
]).then(removeOlder);

// A source file saved while the bundler ran is newer than the bundle: bin/odradek compares these times.
utimesSync(join(dist, 'odradek.js'), started, started);

/** Chunks of an earlier bundle have other names and would stay for ever. */
function removeOlder(results) {
  const outputs = new Set(
    results.flatMap(({ metafile }) => Object.keys(metafile.outputs).map((path) => basename(path))),
  );
  for (const name of readdirSync(dist)) {
    if (name.endsWith('.js') && !outputs.has(name)) rmSync(join(dist, name));
  }
  // What the brokers of an earlier bundle have left there compiled (local-cluster/child-process-host.ts).
  rmSync(join(dist, '.compiled'), { recursive: true, force: true });
}
