import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { nodeRandom } from './node-random.ts';

test('no two draws are alike, beyond the memory they are drawn into', () => {
  const { uuid, uint32 } = nodeRandom();
  const ids = Array.from({ length: 2_000 }, uuid);
  expect(new Set(ids).size).toBe(2_000);
  expect(ids.every((id) => /^[\w-]{22}$/.test(id) && !id.startsWith('-'))).toBe(true);
  // A bit that never changes would be seen: by chance it is not within a thousand draws once in 2^1000.
  const seen = Array.from({ length: 1_000 }, uint32);
  expect(seen.reduce((bits, drawn) => bits | drawn) >>> 0).toBe(0xffff_ffff);
  expect(seen.reduce((bits, drawn) => bits & drawn) >>> 0).toBe(0);
});

test('two processes do not draw alike', () => {
  const program = `import { nodeRandom } from ${JSON.stringify(new URL('node-random.ts', import.meta.url).href)};
    console.log(nodeRandom().uuid())`;
  const draw = () =>
    spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }).stdout;
  expect(draw()).not.toBe(draw());
});
