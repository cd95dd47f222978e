import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('lines reach standard error as JSON before the process exits', () => {
  const program = `import { pinoLogger } from ${JSON.stringify(new URL('pino-logger.ts', import.meta.url).href)};
    const logger = pinoLogger('info').child({ node: 1 });
    logger.debug({}, 'unseen'); logger.warn({ code: 'ENOSPC' }, 'disk full'); process.exit(3);`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  expect({ stdout, status }).toEqual({ stdout: '', status: 3 });
  expect(JSON.parse(stderr)).toMatchObject({ level: 40, node: 1, code: 'ENOSPC', msg: 'disk full' });
});
