// `npm start`: installs what is missing, builds, and runs `odradek up` with the arguments given after `--`.
// Runs on Node 20 and plain npm. SIGTERM to npm's pid and Ctrl-C leave no process behind.
import { join } from 'node:path';
import { runForeground } from './foreground.mjs';
import { root } from './toolchain.mjs';
import { ensureBuilt } from './workspace-build.mjs';

await ensureBuilt();
process.exitCode = await runForeground(
  join(root, 'bin/odradek'),
  ['up', '--stop-with-parent', ...process.argv.slice(2)],
  { env: { ...process.env, ODRADEK_INVOKED_AS: 'npm start --' } },
);
