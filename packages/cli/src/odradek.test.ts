import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { odradek as runOdradek } from '../test/odradek-process.ts';

let folder: string;
let occupied: net.Server[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'odradek-cli-'));
  occupied = [];
});

afterEach(() => {
  for (const server of occupied) server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the command on a machine on which nobody has used it. */
function odradek(...args: string[]) {
  return runOdradek(args, { environment: { XDG_DATA_HOME: folder } });
}

async function occupy(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  occupied.push(server);
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('odradek', () => {
  it('lists its commands', async () => {
    const { code, stdout } = await odradek('--help');
    expect(code).toBe(0);
    for (const command of [
      'up',
      'broker',
      'console',
      'demo',
      'topics',
      'configs',
      'groups',
      'lag',
      'quorum',
      'dump-log',
      'doctor',
    ]) {
      expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'));
    }
  });

  it.each([
    [['upp'], /unknown command 'upp'/],
    [['up', '--prot', '1'], /unknown option '--prot'/],
    [['up', '--port', 'x'], /a TCP port is a number/],
    [['up', '--set', 'x'], /it has to be key=value/],
    [['up', '--sample-interval', '1'], /a duration is a number with a unit/],
    [['configs', 'describe'], /--entity-type/],
  ])('refuses %j with code 2 and says why', async (args, expected) => {
    const { code, stdout, stderr } = await odradek(...args);
    expect(stderr).toMatch(expected);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('names the port, its process and the whole command when a broker port is taken, and starts nothing', async () => {
    const port = await occupy();
    const { code, stdout, stderr } = await odradek('up', '--data', folder, '--json', '--port', String(port));
    expect(code).toBe(2);
    expect(stderr).toMatch(
      new RegExp(
        `TCP port ${port} is in use by .*process ${process.pid}.*: odradek up --data ${folder} --json --port \\d+`,
      ),
    );
    expect(JSON.parse(stdout)).toMatchObject({ ready: false, reason: expect.stringContaining(`${port}`) });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses a console port the user gave when it is taken, and starts nothing', async () => {
    const port = await occupy();
    const { code, stderr } = await odradek('up', '--port', '0', '--console-port', String(port));
    expect(stderr).toContain(`--console-port ${port} is in use by`);
    expect(code).toBe(2);
    expect(existsSync(join(folder, 'odradek/default/broker-1/data'))).toBe(false);
  });

  it('says what is wrong with a data directory that cannot be one', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const { code, stderr } = await odradek('up', '--data', join(file, 'below'));
    expect(stderr).toContain('cannot be used (ENOTDIR');
    expect(code).toBe(2);
  });

  it('names a setting the broker does not know', async () => {
    const { code, stderr } = await odradek('up', '--port', '0', '--set', 'log.retention.horus=1');
    expect(stderr).toContain('--set log.retention.horus: ');
    expect(code).toBe(2);
  });

  it('says that no broker answers, and how to start one', async () => {
    const port = await occupy();
    occupied.pop()?.close();
    const { code, stderr } = await odradek('topics', 'list', '--bootstrap-server', `127.0.0.1:${port}`);
    expect(stderr).toContain(`no broker answers at 127.0.0.1:${port}: the connection is refused`);
    expect(code).toBe(1);
  });

  it('finds no token where no console has run', async () => {
    const { code, stderr } = await odradek('doctor', '--token', '--data', folder);
    expect(stderr).toContain('console-token');
    expect(code).toBe(1);
  });
});
