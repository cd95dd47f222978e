// `npm run pack [-- FOLDER]`: makes the packages that others install, `odradek` and `@odradek/broker`, in `dist` or in
// the folder given, and prints the path of each.
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runStep } from './foreground.mjs';
import { root, toolEnvironment } from './toolchain.mjs';
import { ensureBuilt } from './workspace-build.mjs';

await ensureBuilt();
const destination = resolve(root, process.argv[2] ?? 'dist');
mkdirSync(destination, { recursive: true });
for (const folder of ['packages/cli', 'packages/broker']) {
  const { name, version } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const archive = join(destination, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
  const code = await runStep('pnpm', ['pack', '--out', archive], {
    cwd: join(root, folder),
    env: toolEnvironment(),
    stdio: ['ignore', 'ignore', 2],
  });
  if (code !== 0) process.exit(code);
  console.log(archive);
}
