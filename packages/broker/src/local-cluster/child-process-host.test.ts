import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRunning } from '../runtime/node-process-identity.ts';
import { childProcessHost } from './child-process-host.ts';
import type { HostedProcess } from './process-host.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'odradek-host-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a program of one file and resolves with what the host was told, once it has ended. */
function run(source: string, act: (hosted: HostedProcess) => void = () => {}) {
  const program = join(folder, `program-${Math.round(performance.now() * 1000)}.mjs`);
  writeFileSync(program, source);
  return new Promise<{ listened: boolean; log: string; reason: string; hopeless: boolean; pid: number }>(
    (resolve) => {
      let listened = false;
      let log = '';
      const hosted = childProcessHost(program).spawn('/etc/server.properties', {
        listening: () => {
          listened = true;
          act(hosted);
        },
        logged: (bytes) => {
          log += Buffer.from(bytes).toString();
        },
        exited: (end) => resolve({ listened, log, ...end, pid: hosted.identity?.pid ?? 0 }),
      });
    },
  );
}

describe('childProcessHost', () => {
  it('hands the configuration file to the program and its standard error to the log', async () => {
    const end = await run('console.error(process.argv.slice(2).join(" ")); process.exitCode = 3;');
    expect(end.log).toBe('--config /etc/server.properties --stop-with-parent\n');
    expect(end).toMatchObject({ listened: false, reason: 'exit code 3', hopeless: false });
  });

  it('tells that a refused configuration will be refused again', async () => {
    expect(await run('process.exitCode = 2;')).toMatchObject({ reason: 'exit code 2', hopeless: true });
  });

  it('says listening at the first line, and names the signal that ended it', async () => {
    const end = await run('console.log("{}"); setInterval(() => {}, 1000);', (hosted) =>
      hosted.signal('kill'),
    );
    expect(end).toMatchObject({ listened: true, reason: 'ended by SIGKILL', hopeless: false });
    expect(isRunning({ pid: end.pid, started: null })).toBe(false);
  });

  it('keeps a session of its own, which Ctrl-C of the terminal does not reach', async () => {
    const end = await run(
      'import fs from "node:fs"; console.error(fs.readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ")[3]);',
    );
    expect(end.log.trim()).toBe(String(end.pid));
  });
});
