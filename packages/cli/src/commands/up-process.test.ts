import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { odradek, odradekHere, RunningUp } from '../../test/odradek-process.ts';

let folder: string;
let running: RunningUp[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'odradek-up-'));
  running = [];
});

afterEach(async () => {
  for (const up of running) await up.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(...args: string[]): Promise<RunningUp> {
  const up = await RunningUp.start(...args);
  running.push(up);
  return up;
}

describe('odradek up', () => {
  it('says where everything is once it answers, and stops cleanly with code 0', async () => {
    const data = join(folder, 'data');
    const up = await start('--data', data, '--no-console');
    const [broker] = up.ready.brokers;
    expect(up.ready).toMatchObject({
      bootstrap: `127.0.0.1:${broker?.port}`,
      console: null,
      open: null,
      brokers: [{ id: 1, dir: join(data, 'broker-1') }],
    });
    expect(statSync(data).mode & 0o777).toBe(0o700);
    expect(await up.stop()).toBe(0);
    expect(existsSync(join(data, 'running.json'))).toBe(false);
  });

  it('tells a second one where the first is, with code 3', async () => {
    const up = await start('--data', folder, '--no-console');
    const second = await odradek(['up', '--data', folder, '--json']);
    expect(second.code).toBe(3);
    expect(JSON.parse(second.stdout)).toEqual({
      ready: false,
      running: {
        pid: up.process.pid,
        bootstrap: up.ready.bootstrap,
        console: null,
        open: null,
        data: folder,
      },
    });
    expect((await odradek(['up', '--data', folder])).stdout).toContain(`bootstrap  ${up.ready.bootstrap}`);
  });

  it('starts a broker that was killed again, and says each change', async () => {
    const up = await start('--data', folder, '--no-console');
    const before = up.ready.brokers[0]?.pid ?? 0;
    process.kill(before, 'SIGKILL');
    expect(await up.nextEvent()).toMatchObject({ id: 1, state: 'stopped', pid: null });
    expect(await up.nextEvent()).toMatchObject({ id: 1, state: 'starting' });
    const again = await up.nextEvent();
    expect(again).toMatchObject({ id: 1, state: 'running' });
    expect(again.pid).not.toBe(before);
  });

  it('says each change of three brokers, also when somebody else halts one', async () => {
    const up = await start('--data', folder, '--no-console', '--brokers', '3');
    expect(up.ready.brokers.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(up.ready.bootstrap.split(',')).toEqual(up.ready.brokers.map(({ port }) => `127.0.0.1:${port}`));
    const pid = up.ready.brokers[1]?.pid ?? 0;
    process.kill(pid, 'SIGSTOP');
    expect(await up.nextEvent()).toEqual({ event: 'broker', id: 2, state: 'paused', pid });
    process.kill(pid, 'SIGCONT');
    expect(await up.nextEvent()).toEqual({ event: 'broker', id: 2, state: 'starting', pid });
    expect(await up.nextEvent()).toEqual({ event: 'broker', id: 2, state: 'running', pid });
    process.kill(pid, 'SIGSTOP');
    expect(await up.nextEvent()).toMatchObject({ id: 2, state: 'paused' });
    expect(await up.stop()).toBe(0);
  });

  it('grows a cluster, says what stays as it was, and does not shrink it', async () => {
    await (await start('--data', folder, '--no-console')).stop();
    const fewer = () => odradek(['up', '--data', folder, '--json', '--brokers', '1']);
    const grown = await start('--data', folder, '--no-console', '--brokers', '2');
    expect(grown.ready.brokers.map(({ id }) => id)).toEqual([1, 2]);
    await grown.stop();
    const refused = await fewer();
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('a cluster does not shrink');
  });

  it('keeps records and the TCP port over a restart', async () => {
    const first = await start('--data', folder, '--no-console');
    const on = ['--bootstrap-server', first.ready.bootstrap, '--json'];
    expect((await odradekHere(['topics', 'create', 'orders', ...on])).code).toBe(0);
    expect((await odradekHere(['produce', 'orders', 'kept', ...on])).code).toBe(0);
    await first.stop();
    const port = String(first.ready.brokers[0]?.port);
    const second = await start('--data', folder, '--no-console', '--port', port);
    expect(second.ready.bootstrap).toBe(first.ready.bootstrap);
    const read = await odradekHere(['consume', 'orders', '--from-beginning', '--max-messages', '1', ...on]);
    expect(JSON.parse(read.stdout)).toMatchObject({ offset: 0, value: 'kept' });
  });

  it('keeps nothing of an ephemeral cluster', async () => {
    const up = await start('--ephemeral', '--no-console');
    const data = dirname(up.ready.brokers[0]?.dir ?? '');
    expect(existsSync(data)).toBe(true);
    await up.stop();
    expect(existsSync(data)).toBe(false);
  });

  it('gives the settings to the broker and keeps them', async () => {
    const first = await start('--data', folder, '--no-console', '--set', 'num.partitions=7');
    await first.stop();
    const second = await start('--data', folder, '--no-console');
    const on = ['--bootstrap-server', second.ready.bootstrap, '--json'];
    const created = await odradekHere(['topics', 'create', 'wide', ...on]);
    expect(JSON.parse(created.stdout)).toMatchObject({ topic: 'wide', partitions: 7 });
  });
});
