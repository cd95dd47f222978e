import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** Runs a module in a Node of its own and returns whether the client library was loaded by it. */
async function loadsClient(code: string): Promise<boolean> {
  const program = `
    import { registerHooks } from 'node:module';
    let loaded = false;
    registerHooks({
      load(url, context, next) {
        loaded ||= url.includes('/@platformatic/kafka/');
        return next(url, context);
      },
    });
    ${code}
    process.stdout.write(String(loaded));
    process.exit();
  `;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--no-warnings', '--eval', program],
    { cwd: fileURLToPath(new URL('../..', import.meta.url)) },
  );
  return stdout === 'true';
}

// Design decision 10: it costs a quarter of a second and tens of megabytes.
it('the console does not load the Kafka client before it has to', async () => {
  expect(await loadsClient(`await import('@odradek/monitor');`)).toBe(false);
});

it('a broker does not load the Kafka client at all', async () => {
  const code = `
    const { startCluster } = await import('@odradek/broker');
    await (await startCluster()).close();
  `;
  expect(await loadsClient(code)).toBe(false);
});

it('the Kafka client is noticed when it is loaded', async () => {
  const code = `
    const { loadKafkaLibrary } = await import('./src/cluster-client/kafka-library.ts');
    await loadKafkaLibrary();
  `;
  expect(await loadsClient(code)).toBe(true);
});
