import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** The examples in TypeScript, as they stand there. */
function examples(): string[] {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  return [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code);
}

async function run(code: string): Promise<{ exitCode: number | null; output: string }> {
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', code], {
    cwd: join(root, 'e2e'),
    env: { ...process.env, KAFKAJS_NO_PARTITIONER_WARNING: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (child.exitCode === null) await once(child, 'exit');
  return { exitCode: child.exitCode, output: output + complaints };
}

it('the example in the README does what it says, and ends', async () => {
  const [example = '', ...others] = examples();
  expect(others).toEqual([]);
  expect(example).toContain('killBroker(1)');
  const told = `const records = [];
    const consumer = kafka.consumer({ groupId: 'readers' });
    await consumer.connect();
    await consumer.subscribe({ topic: 'orders', fromBeginning: true });
    const { promise, resolve } = Promise.withResolvers();
    await consumer.run({
      eachMessage: async ({ message }) => {
        records.push(String(message.value));
        if (records.length === 2) resolve();
      },
    });
    await promise;
    await consumer.disconnect();
    console.log('read ' + records.join());\n`;
  const { exitCode, output } = await run(example.replace(/^await cluster\.close/m, (close) => told + close));
  expect(output).toMatch(/^read before,after$/m);
  expect(exitCode).toBe(0);
});
