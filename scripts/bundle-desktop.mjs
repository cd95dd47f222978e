// Bundles the desktop app's main process as CommonJS for the oldest Electron it is shown in (22, Node 16).
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './toolchain.mjs';

await build({
  entryPoints: [join(root, 'apps/desktop/src/main/main.ts')],
  outfile: join(root, 'apps/desktop/dist/main.cjs'),
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node16',
  external: ['electron'],
  logLevel: 'warning',
});
