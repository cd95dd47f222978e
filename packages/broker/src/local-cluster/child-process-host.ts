import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { HOLDS_OPTIMIZERS_BACK } from '../runtime/node-optimizer.ts';
import { identityOf, isHalted, isRunning } from '../runtime/node-process-identity.ts';
import type { HostedProcess, ProcessEvents, ProcessHost } from './process-host.ts';

/** The exit code of a broker process whose configuration is refused: another attempt cannot help. */
const EXIT_CONFIGURATION = 2;

/**
 * Brokers share the machine with each other and with whoever uses them, so each holds little: new objects in one
 * megabyte at a time, one helper thread for the compilers (ADR 30) and none for the collector (ADR 43), freed memory
 * given back (ADR 30), and no optimizing compilers before there is work (ADR 37, ADR 42), the last one then only for what
 * is called most (ADR 38).
 */
export const SMALL_NODE: readonly string[] = [
  ...['--max-semi-space-size=1', '--v8-pool-size=1', '--single-threaded-gc'],
  ...HOLDS_OPTIMIZERS_BACK,
  '--invocation-count-for-turbofan=60000',
];
const SMALL_ALLOCATOR = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' };

const SIGNALS = { terminate: 'SIGTERM', kill: 'SIGKILL', pause: 'SIGSTOP', resume: 'SIGCONT' } as const;

/**
 * Brokers as child processes of this one, run by the same Node. `program` is the broker process's entry file.
 * Each stands in a session of its own, so that Ctrl-C in a terminal reaches the supervisor alone, which then
 * stops them in order; and each has this process at the other end of its standard input, by which it notices
 * when the supervisor was killed.
 */
export function childProcessHost(program: string): ProcessHost {
  return {
    spawn: (configFile, events) => host(program, configFile, events),
    isRunning,
    wake: (identity) => {
      if (isRunning(identity)) process.kill(identity.pid, 'SIGCONT');
    },
    kill: (identity) => {
      if (isRunning(identity)) process.kill(identity.pid, 'SIGKILL');
    },
  };
}

function host(program: string, configFile: string, events: ProcessEvents): HostedProcess {
  const child = spawn(
    process.execPath,
    [...SMALL_NODE, program, '--config', configFile, '--stop-with-parent'],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      env: { ...SMALL_ALLOCATOR, ...compileCacheOf(program), ...process.env },
    },
  );
  // A child that ends first closes its standard input; nothing is ever written to it.
  child.stdin.on('error', () => {});
  child.stderr.on('data', (bytes: Uint8Array) => events.logged(bytes));
  // The one line on standard output says that the broker listens.
  child.stdout.once('data', () => events.listening());
  child.stdout.resume();
  tellEnd(child, events);
  const identity = child.pid === undefined ? null : identityOf(child.pid);
  return {
    identity,
    signal: (signal) => {
      child.kill(SIGNALS[signal]);
    },
    isHalted: () => identity !== null && isHalted(identity),
  };
}

/** A bundle is compiled once and not at each start, where its folder may be written to; sources change too often. */
function compileCacheOf(program: string): Record<string, string> {
  return /\.c?js$/.test(program) ? { NODE_COMPILE_CACHE: join(dirname(program), '.compiled') } : {};
}

function tellEnd(child: ChildProcess, events: ProcessEvents): void {
  child.once('error', (error) => {
    if (child.pid === undefined) {
      events.exited({ reason: `it could not be started: ${error.message}`, hopeless: true });
    }
  });
  // `close` comes after the last byte of its log, `exit` may come before.
  child.once('close', (code, signal) => {
    if (child.pid === undefined) return;
    events.exited(
      signal === null
        ? { reason: `exit code ${code}`, hopeless: code === EXIT_CONFIGURATION }
        : { reason: `ended by ${signal}`, hopeless: false },
    );
  });
}
