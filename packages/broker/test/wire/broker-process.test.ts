import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../src/broker-process.ts', import.meta.url));

let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'odradek-process-'));
});
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

function configFile(settings: Readonly<Record<string, string>> = {}, name = 'server.properties'): string {
  const file = path.join(directory, name);
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.listener.names': 'CONTROLLER',
    listeners: 'PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0',
    'log.dirs': `${directory}/data`,
    ...settings,
  };
  fs.writeFileSync(
    file,
    Object.entries(properties)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  return file;
}

/** Runs a broker process; `ready` is its first line, or null when it ended without one. */
function run(file: string, ...flags: string[]) {
  const child = spawn(process.execPath, [PROGRAM, '--config', file, ...flags], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const exited = new Promise<number | null>((resolve) => child.on('close', resolve));
  const line = new Promise<string>((resolve) =>
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString())),
  );
  const ready = Promise.race([line, exited.then(() => null)]);
  return { child, ready, exited, errors: () => errors };
}

describe('the broker process', () => {
  it('says one line of JSON when it serves, and stops cleanly on SIGTERM', async () => {
    const { child, ready, exited } = run(configFile());
    const line = JSON.parse((await ready) ?? 'null');
    expect(line).toMatchObject({ ready: true, nodeId: 1, pid: child.pid });
    const { port } = line.listeners[0];
    const socket = net.connect({ host: '127.0.0.1', port });
    await new Promise((resolve) => socket.once('connect', resolve));
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
    socket.destroy();
    expect(fs.existsSync(`${directory}/data/.kafka_cleanshutdown`)).toBe(true);
    expect(fs.existsSync(`${directory}/data/.lock`)).toBe(false);
  });

  it('stops when its standard input ends, where it was told to', async () => {
    const { child, ready, exited } = run(configFile(), '--stop-with-parent');
    await ready;
    child.stdin.end();
    expect(await exited).toBe(0);
  });

  it('names the process that has its directory, and leaves that one alone', async () => {
    const first = run(configFile());
    await first.ready;
    const second = run(configFile({}, 'second.properties'));
    expect(await second.exited).toBe(1);
    expect(second.errors()).toContain(`in use by process ${first.child.pid}`);
    expect(second.errors().trim().split('\n')).toHaveLength(1);
    first.child.kill('SIGTERM');
    expect(await first.exited).toBe(0);
  });

  it('names the TCP port that is in use', async () => {
    const server = net.createServer();
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      }),
    );
    const listeners = `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:0`;
    const { exited, errors } = run(configFile({ listeners }));
    expect(await exited).toBe(1);
    server.close();
    expect(errors()).toContain(`TCP port ${port} is in use`);
    expect(errors().trim().split('\n')).toHaveLength(1);
    expect(fs.existsSync(`${directory}/data/.lock`)).toBe(false);
  });

  it('names the directory that cannot be used', async () => {
    fs.writeFileSync(`${directory}/file`, '');
    const { exited, errors } = run(configFile({ 'log.dirs': `${directory}/file/data` }));
    expect(await exited).toBe(1);
    expect(errors()).toContain(`${directory}/file/data`);
    expect(errors().trim().split('\n')).toHaveLength(1);
  });

  it('names the line of a bad config, and exits with 2', async () => {
    const { exited, errors } = run(configFile({ 'num.partitions': 'many' }));
    expect(await exited).toBe(2);
    expect(errors()).toMatch(/line 6: .*num\.partitions/);
    const missing = run(path.join(directory, 'nowhere.properties'));
    expect(await missing.exited).toBe(2);
    expect(missing.errors()).toContain('nowhere.properties does not exist');
  });
});
