// `npm run fuzz [-- --inputs 1000000 --seed 1 --from 0]`: runs packages/broker/test/fuzz/fuzz-command.ts, which says
// what it feeds to the decoders, on the workspace's own Node.
import { join } from 'node:path';
import { runForeground } from './foreground.mjs';
import { root, toolEnvironment } from './toolchain.mjs';
import { ensureBuilt } from './workspace-build.mjs';

await ensureBuilt();
const command = join(root, 'packages/broker/test/fuzz/fuzz-command.ts');
process.exitCode = await runForeground('node', [command, ...process.argv.slice(2)], {
  env: toolEnvironment(),
});
