// What is left of `npm start` after a signal: no process and no TCP port. Real npm, real terminals (Linux: by /proc).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from './toolchain.mjs';
import { ensureBuilt } from './workspace-build.mjs';

/** Ample: a clean stop takes well below a second. */
const GONE_WITHIN_MS = 20_000;

let data;
let started;

// Building is not what is timed here.
await ensureBuilt();

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'odradek-signals-'));
  started = [];
});

afterEach(async () => {
  for (const pid of started.filter(isRunning)) process.kill(pid, 'SIGKILL');
  rmSync(data, { recursive: true, force: true });
});

test('SIGTERM to the pid of npm leaves no process and no TCP port', async () => {
  const npm = await npmStart();
  const { ready, pids } = await running(npm);
  npm.kill('SIGTERM');
  await allGone(ready, pids);
});

test('npm killed outright leaves no process and no TCP port', async () => {
  const npm = await npmStart();
  const { ready, pids } = await running(npm);
  npm.kill('SIGKILL');
  await allGone(ready, pids);
});

test('Ctrl-C in a terminal leaves no process and no TCP port, and ends with code 0', async () => {
  const command = ['npm', 'start', '--', '--json', ...upOptions()];
  const terminal = spawn('python3', [join(root, 'scripts/ctrl-c.py'), '"ready":true', ...command], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(terminal.pid);
  const ended = once(terminal, 'exit');
  const { ready, pids } = await running(terminal);
  const [code] = await ended;
  await allGone(ready, pids);
  assert.equal(code, 0);
});

test('a supervisor killed outright takes its brokers with it, and the next one starts on the same data', async () => {
  const options = upOptions();
  const first = odradekUp(options);
  const { ready, pids } = await running(first);
  first.kill('SIGKILL');
  await allGone(ready, pids);
  // Without a port of its own a directory keeps those it has.
  const second = odradekUp(options.slice(2));
  const again = await running(second);
  assert.equal(again.ready.bootstrap, ready.bootstrap);
  second.kill('SIGTERM');
  await allGone(again.ready, again.pids);
});

test("a broker that was halted when its supervisor was killed stands in nobody's way", async () => {
  const options = upOptions();
  const first = odradekUp(options);
  const { ready, pids } = await running(first);
  const halted = ready.brokers[1].pid;
  process.kill(halted, 'SIGSTOP');
  first.kill('SIGKILL');
  await allGone(
    { ...ready, brokers: ready.brokers.filter(({ pid }) => pid !== halted) },
    pids.filter((pid) => pid !== halted),
  );
  assert.equal(isRunning(halted), true);
  const second = odradekUp(options.slice(2));
  const again = await running(second);
  assert.equal(isRunning(halted), false);
  second.kill('SIGTERM');
  await allGone(again.ready, again.pids);
});

test('odradek up in the background outlives the shell that started it', async () => {
  const options = upOptions().join(' ');
  const shell = spawn('sh', ['-c', `bin/odradek up --json ${options} & read line; exit 0`], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  started.push(shell.pid);
  const { ready, pids } = await running(shell);
  const ended = once(shell, 'exit');
  shell.stdin.write('go\n');
  await ended;
  // Longer than the supervisor waits between two looks at its parent.
  await sleep(1000);
  const others = pids.filter((pid) => pid !== shell.pid);
  assert.deepEqual(others.filter(isRunning), others);
  for (const pid of others.filter((each) => !ready.brokers.some((broker) => broker.pid === each))) {
    process.kill(pid, 'SIGTERM');
  }
  await allGone(ready, others);
});

async function npmStart() {
  const npm = spawn('npm', ['start', '--', '--json', ...upOptions()], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(npm.pid);
  return npm;
}

function odradekUp(options) {
  const child = spawn(join(root, 'bin/odradek'), ['up', '--json', ...options], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child.pid);
  return child;
}

function upOptions() {
  return ['--port', '0', '--data', data, '--console-port', '0'];
}

/** The ready line, and the pids of everything that was started for it. */
async function running(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    const at = line.indexOf('{"ready":');
    if (at < 0) continue;
    const ready = JSON.parse(line.slice(at));
    assert.equal(ready.ready, true, line);
    const pids = descendantsOf(child.pid);
    for (const { pid } of ready.brokers) assert.ok(pids.includes(pid), `broker ${pid} is a descendant`);
    started.push(...pids);
    child.stdout.resume();
    return { ready, pids };
  }
  throw new Error('the command ended before it was ready');
}

async function allGone(ready, pids) {
  const deadline = performance.now() + GONE_WITHIN_MS;
  while (pids.some(isRunning) && performance.now() < deadline) await sleep(20);
  assert.deepEqual(pids.filter(isRunning).map(commandOf), []);
  const ports = ready.brokers.flatMap(({ port, controllerPort }) => [port, controllerPort]);
  if (ready.console !== null) ports.push(Number(new URL(ready.console).port));
  for (const port of ports) assert.equal(await isListening(port), false, `TCP port ${port}`);
}

function descendantsOf(pid) {
  const children = new Map();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = Number(statOf(name)?.[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found = [pid];
  for (let index = 0; index < found.length; index++) found.push(...(children.get(found[index]) ?? []));
  return found;
}

/** The fields of /proc/PID/stat from the state on; null when the process is gone. */
function statOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

/** One that has ended and waits to be collected does not run. */
function isRunning(pid) {
  const state = statOf(pid)?.[0];
  return state !== undefined && state !== 'Z';
}

function commandOf(pid) {
  try {
    return `${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`;
  } catch {
    return String(pid);
  }
}

function isListening(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
