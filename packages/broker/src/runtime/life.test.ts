import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Life } from './life.ts';
import type { Socket } from './network.ts';
import { nodeClock } from './node-clock.ts';
import { nodeDisk } from './node-disk.ts';
import { nodeNetwork } from './node-network.ts';
import { nodeRuntime } from './node-runtime.ts';

let directory: string;
let life: Life;
beforeEach(() => {
  directory = fs.mkdtempSync(join(os.tmpdir(), 'odradek-life-'));
  life = new Life(nodeRuntime({ logLevel: 'silent' }));
});
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

/** Which of the promises have settled once everything else that was to happen has. */
async function settledOf(promises: readonly Promise<unknown>[]): Promise<boolean[]> {
  const settled = promises.map(() => false);
  for (const [index, promise] of promises.entries()) {
    const note = (): void => {
      settled[index] = true;
    };
    promise.then(note, note);
  }
  await nodeDisk.list(directory);
  await new Promise<void>((resolve) => nodeClock.after(10, resolve));
  return settled;
}

const text = (value: string) => new TextEncoder().encode(value);

describe('the end of a life', () => {
  it('leaves what was written, lets go of the lock, and answers nothing any more', async () => {
    const { disk } = life.ports;
    const path = `${directory}/file`;
    const lock = await disk.lock(`${directory}/lock`);
    expect(lock.kind).toBe('locked');
    const file = await disk.open(path, 'create');
    const underWay = file.write([text('written')], 0);
    await life.end();
    expect(fs.readFileSync(path, 'utf8')).toBe('written');
    const late = file.write([text('late')], 0);
    expect(await settledOf([underWay, late, disk.remove(path)])).toEqual([false, false, false]);
    expect(fs.readFileSync(path, 'utf8')).toBe('written');
    const again = await nodeDisk.lock(`${directory}/lock`);
    expect(again.kind).toBe('locked');
  });

  it('closes the files that it was about to open', async () => {
    void life.ports.disk.open(`${directory}/late`, 'create');
    await life.end();
    const open = fs.readdirSync('/proc/self/fd').flatMap((descriptor) => {
      // The descriptor by which the folder was listed is gone by now.
      const link = `/proc/self/fd/${descriptor}`;
      return fs.existsSync(link) ? [fs.readlinkSync(link)] : [];
    });
    expect(open).not.toContain(`${directory}/late`);
  });

  it('breaks its connections, frees its TCP ports, and tells nobody inside', async () => {
    const told: string[] = [];
    const { network } = life.ports;
    const listener = await network.listen({ host: '127.0.0.1', port: 0 }, (socket) => {
      socket.attach({
        data: () => told.push('data'),
        drained: () => told.push('drained'),
        ended: () => told.push('ended'),
        closed: () => told.push('closed'),
      });
    });
    const outside = await nodeNetwork.connect(listener.address);
    const ended = new Promise<void>((resolve) => attach(outside, { ended: () => resolve() }));
    outside.write([text('hello')]);
    await expect.poll(() => told).toEqual(['data']);
    await life.end();
    await ended;
    outside.destroy();
    expect(told).toEqual(['data']);
    const next = await nodeNetwork.listen(listener.address, () => {});
    await next.close();
  });

  it('fires no timer any more, and takes none', async () => {
    const fired: string[] = [];
    const { clock } = life.ports;
    clock.after(1, () => fired.push('before'));
    clock.soon(() => fired.push('soon'));
    await life.end();
    clock.after(1, () => fired.push('after'));
    await settledOf([]);
    expect(fired).toEqual([]);
  });
});

function attach(socket: Socket, events: { ended: () => void }): void {
  socket.attach({ data: () => {}, drained: () => {}, closed: () => {}, ...events });
}
