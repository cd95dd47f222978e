// `npm run chaos [-- --seconds 600 --seed N]`: runs e2e/chaos/main.ts, which says what it does, on the workspace's own
// Node.
import { join } from 'node:path';
import { runForeground } from './foreground.mjs';
import { root, toolEnvironment } from './toolchain.mjs';
import { ensureBuilt } from './workspace-build.mjs';

await ensureBuilt();
process.exitCode = await runForeground('node', [join(root, 'e2e/chaos/main.ts'), ...process.argv.slice(2)], {
  env: toolEnvironment(),
});
