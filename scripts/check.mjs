// `npm run check`: format and lint, types, arrows between rooms, unused code. Prints the seconds of each; ends
// with code 1 when one of them finds something.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, toolEnvironment } from './toolchain.mjs';
import { ensureInstalled } from './workspace-build.mjs';

await ensureInstalled();

const workspaces = ['apps', 'packages']
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)))
  .concat('e2e')
  .filter((folder) => existsSync(join(root, folder, 'tsconfig.json')));

const checks = [
  ['format and lint', ['biome', 'check', '--error-on-warnings', '.']],
  ...workspaces.map((folder) => [
    `types ${folder}`,
    ['node', 'node_modules/typescript-7/bin/tsc', '-p', join(folder, 'tsconfig.json')],
  ]),
  ['arrows', ['depcruise', '--config', '.dependency-cruiser.cjs', 'packages', 'apps']],
  ['unused', ['knip', '--no-progress']],
];

const begun = performance.now();
let failed = 0;
for (const [name, [command, ...args]] of checks) {
  const started = performance.now();
  const run = spawnSync(command, args, {
    cwd: root,
    env: toolEnvironment(),
    stdio: 'pipe',
    encoding: 'utf8',
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (run.status === 0) {
    console.log(`ok    ${name} (${seconds} s)`);
  } else {
    failed += 1;
    console.log(`FAIL  ${name} (${seconds} s)\n${run.error ?? ''}${run.stdout}${run.stderr}`);
  }
}
console.log(`Minutes: check ${((performance.now() - begun) / 60_000).toFixed(1)}`);
process.exitCode = failed === 0 ? 0 : 1;
