// `npm run bench [-- ROW …]`: runs e2e/bench/bench.ts, which says what it measures, on the workspace's own Node.
import { join } from 'node:path';
import { runForeground } from './foreground.mjs';
import { root, toolEnvironment } from './toolchain.mjs';
import { ensureBuilt } from './workspace-build.mjs';

await ensureBuilt();
process.exitCode = await runForeground('node', [join(root, 'e2e/bench/bench.ts'), ...process.argv.slice(2)], {
  env: toolEnvironment(),
});
