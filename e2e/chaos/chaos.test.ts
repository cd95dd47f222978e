import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('a minute of faults loses, reorders and repeats nothing that was acknowledged', {
  timeout: 600_000,
}, async () => {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'main.ts'), '--seconds', '60', '--budgets', 'shown'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let report = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    report += text;
    process.stdout.write(text);
  });
  const [code] = await once(child, 'close');
  expect(code, report).toBe(0);
});
