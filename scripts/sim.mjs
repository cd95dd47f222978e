// `npm run sim [-- --seeds 100 --seed 1]`: runs packages/broker/test/sim/main.ts, which says what it does, on the
// workspace's own Node.
import { join } from 'node:path';
import { runForeground } from './foreground.mjs';
import { root, toolEnvironment } from './toolchain.mjs';
import { ensureInstalled } from './workspace-build.mjs';

await ensureInstalled();
const command = join(root, 'packages/broker/test/sim/main.ts');
process.exitCode = await runForeground('node', [command, ...process.argv.slice(2)], {
  env: toolEnvironment(),
});
