import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';

const PRELUDE = `import { jsonLogger } from ${JSON.stringify(new URL('json-logger.ts', import.meta.url).href)};`;

/** Standard error of a program that logs, by line, and how it ended. */
function logged(program: string): { lines: unknown[]; stdout: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', PRELUDE + program],
    { encoding: 'utf8' },
  );
  return {
    lines: stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
    stdout,
    status,
  };
}

test('lines reach standard error as JSON before the process exits', () => {
  const { lines, stdout, status } = logged(`const logger = jsonLogger('info').child({ node: 1 });
    logger.debug({}, 'unseen'); logger.child({ disk: '/d' }).warn({ code: 'ENOSPC' }, 'disk full'); process.exit(3);`);
  expect({ stdout, status }).toEqual({ stdout: '', status: 3 });
  expect(lines).toEqual([
    {
      ...{ level: 40, node: 1, disk: '/d', code: 'ENOSPC', msg: 'disk full' },
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    },
  ]);
});

test('a line says why something failed, and whatever it cannot say does not hide the rest', () => {
  const { lines } = logged(`const cause = Object.assign(new TypeError('no disk'), { code: 'EIO' });
    const circle = { name: 'round' }; circle.self = circle;
    jsonLogger('debug').error({ err: new Error('broken', { cause }), size: 2n ** 64n, circle }, 'it failed');`);
  expect(lines).toMatchObject([
    {
      ...{ level: 50, msg: 'it failed', size: '18446744073709551616', circle: '[object Object]' },
      err: {
        ...{ type: 'Error', message: 'broken', stack: expect.stringMatching(/^Error: broken\n/) },
        cause: { type: 'TypeError', message: 'no disk', code: 'EIO' },
      },
    },
  ]);
});

test('a broker goes on when nobody reads its log any more', async () => {
  const program = `process.stdout.write('running');
    process.stdin.once('data', () => { jsonLogger('info').info({}, 'alone'); process.stdout.write('still'); process.exit(0); });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', PRELUDE + program]);
  await once(child.stdout, 'data');
  child.stderr.destroy();
  child.stdin.write('go');
  const [still] = await once(child.stdout, 'data');
  expect(String(still)).toBe('still');
});
