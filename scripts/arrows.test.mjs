// Each rule of .dependency-cruiser.cjs is given one deliberately wrong import, and must refuse it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const broker = 'packages/broker/src';
let tree;

const wrongImports = [
  ['no-circular', `${broker}/log/ring-a.ts`, './ring-b.ts'],
  ['broker-level-runtime', `${broker}/runtime/wrong.ts`, '../protocol/x.ts'],
  ['broker-level-protocol', `${broker}/protocol/wrong.ts`, '../log/x.ts'],
  ['broker-level-log', `${broker}/log/wrong.ts`, '../metadata/x.ts'],
  ['broker-level-raft', `${broker}/raft/wrong.ts`, '../log/x.ts'],
  ['broker-level-metadata', `${broker}/metadata/wrong.ts`, '../controller/x.ts'],
  ['broker-level-security', `${broker}/security/wrong.ts`, '../quotas/x.ts'],
  ['broker-level-quotas', `${broker}/quotas/wrong.ts`, '../security/x.ts'],
  ['broker-level-controller', `${broker}/controller/wrong.ts`, '../replication/x.ts'],
  ['broker-level-replication', `${broker}/replication/wrong.ts`, '../coordination/x.ts'],
  ['broker-level-coordination', `${broker}/coordination/wrong.ts`, '../groups/x.ts'],
  ['broker-level-dump', `${broker}/dump/wrong.ts`, '../replication/x.ts'],
  ['broker-level-groups', `${broker}/groups/wrong.ts`, '../handlers/x.ts'],
  ['broker-level-transactions', `${broker}/transactions/wrong.ts`, '../groups/x.ts'],
  ['broker-level-handlers', `${broker}/handlers/wrong.ts`, '../net/x.ts'],
  ['broker-level-net', `${broker}/net/wrong.ts`, '../broker-process.ts'],
  ['broker-level-config', `${broker}/config/wrong.ts`, '../node/x.ts'],
  ['broker-level-node', `${broker}/node/wrong.ts`, '../local-cluster/x.ts'],
  ['broker-level-local-cluster', `${broker}/local-cluster/wrong.ts`, '../library.ts'],
  ['broker-ports-only', `${broker}/groups/clocked.ts`, 'node:fs'],
  ['broker-knows-nobody', `${broker}/log/outward.ts`, '../../../monitor/src/x.ts'],
  ['ui-knows-nobody', 'packages/ui/src/wrong.ts', '../../contract/src/x.ts'],
  ['contract-knows-nobody', 'packages/contract/src/wrong.ts', '../../broker/src/node/broker.ts'],
  ['monitor-arrows', 'packages/monitor/src/wrong.ts', '../../broker/src/node/broker.ts'],
  ['cli-arrows', 'packages/cli/src/wrong.ts', '../../../apps/web/src/app/x.ts'],
  ['web-arrows', 'apps/web/src/app/wrong.ts', '../../../../packages/monitor/src/x.ts'],
  ['desktop-arrows', 'apps/desktop/src/main/wrong.ts', '../../../../packages/cli/src/x.ts'],
  ['web-features-apart', 'apps/web/src/features/topics/wrong.ts', '../groups/x.ts'],
  ['web-shared-is-low', 'apps/web/src/shared/wrong.ts', '../app/x.ts'],
  ['kafka-client-in-monitor-and-cli-only', `${broker}/net/client.ts`, '@platformatic/kafka'],
  ['electron-in-desktop-main-only', 'apps/web/src/app/native.ts', 'electron'],
  ['no-unresolvable', `${broker}/log/lost.ts`, './nowhere.ts'],
];

function write(path, text) {
  const file = join(tree, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

before(() => {
  tree = mkdtempSync(join(tmpdir(), 'odradek-arrows-'));
  write('package.json', '{"type":"module"}');
  for (const [, from, to] of wrongImports) {
    if (to.startsWith('../')) write(join(dirname(from), to), 'export const x = 1;\n');
    write(from, `import { x } from '${to}';\nexport const y = x;\n`);
  }
  write(`${broker}/log/ring-b.ts`, "import { y } from './ring-a.ts';\nexport const x = y;\n");
  symlinkSync(join(root, 'packages/monitor/node_modules'), join(tree, 'node_modules'));
});

after(() => rmSync(tree, { recursive: true, force: true }));

test('every arrow that points the wrong way is refused by its own rule', () => {
  const run = spawnSync(
    join(root, 'node_modules/.bin/depcruise'),
    ['--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json', 'packages', 'apps'],
    {
      cwd: tree,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
    },
  );
  const violations = JSON.parse(run.stdout).summary.violations;
  const seen = new Set(violations.map((violation) => `${violation.rule.name} ${violation.from}`));
  for (const [rule, from] of wrongImports) assert.ok(seen.has(`${rule} ${from}`), `${rule} let ${from} pass`);
});

test('no rule of the configuration is without its wrong import', async () => {
  const { default: config } = await import(join(root, '.dependency-cruiser.cjs'));
  const tried = new Set(wrongImports.map(([rule]) => rule));
  assert.deepEqual(
    config.forbidden.map((rule) => rule.name).filter((name) => !tried.has(name)),
    [],
  );
});
