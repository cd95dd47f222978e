// `npm run sim [-- --seeds 100 --seed 1]`: runs packages/broker/test/sim/main.ts, which says what it does, on the
// workspace's own Node.
import { join } from 'node:path';
import { runForeground } from './foreground.mjs';
import { root, toolEnvironment } from './toolchain.mjs';
import { ensureInstalled } from './workspace-build.mjs';

await ensureInstalled();
const command = join(root, 'packages/broker/test/sim/main.ts');
// Nearly all that a simulation makes is gone an event later: a larger nursery is collected more seldom.
const flags = ['--max-semi-space-size=32'];
process.exitCode = await runForeground('node', [...flags, command, ...process.argv.slice(2)], {
  env: toolEnvironment(),
});
