// What `npm test` counts of a vitest run: also what no test is to blame for.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { root, toolEnvironment } from './toolchain.mjs';

const FILES = {
  'hook.test.js': `
    beforeAll(() => { throw new Error('nobody came\\nand nobody called', { cause: new Error('rain') }); });
    test('is skipped', () => {});`,
  'inner-hook.test.js': `
    describe('inside', () => {
      beforeAll(() => new Promise(() => {}), 50);
      test('is skipped too', () => {});
    });
    test('passes', () => {});`,
  'tests.test.js': `
    test('fails', () => { throw new TypeError('no'); });
    test('is left out', (context) => context.skip());`,
  'unheard.test.js': `
    test('passes beside it', async () => {
      Promise.reject(new Error('unheard'));
      await new Promise((resolve) => setTimeout(resolve, 10));
    });`,
  'broken.test.js': `throw new Error('does not load');`,
};

test('hooks that fail, files that do not load and errors that nobody waits for are failures with names', () => {
  const folder = mkdtempSync(join(tmpdir(), 'odradek-report-'));
  const report = join(folder, 'report.json');
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  const args = ['run', '--root', folder, '--globals', `--reporter=${root}/scripts/vitest-report.mjs`];
  const env = toolEnvironment({ ODRADEK_TEST_REPORT: report });
  const { status, stderr } = spawnSync('vitest', args, { env, encoding: 'utf8' });
  try {
    assert.equal(status, 1, stderr);
    const { passed, failed, skipped, failures } = JSON.parse(readFileSync(report, 'utf8'));
    assert.deepEqual({ passed, failed, skipped }, { passed: 2, failed: 5, skipped: 3 });
    for (const pattern of [
      /hook\.test\.js \(a hook, or the file itself\): Error: nobody came\nand nobody called, because of Error: rain$/,
      /inner-hook\.test\.js › inside \(a hook, or the file itself\): .*Hook timed out in 50ms/,
      /tests\.test\.js › fails: TypeError: no$/,
      /an error that no test waited for: Error: unheard$/,
      /broken\.test\.js \(a hook, or the file itself\): Error: does not load$/,
    ]) {
      assert.equal(failures.filter((failure) => pattern.test(failure)).length, 1, failures.join('\n\n'));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
