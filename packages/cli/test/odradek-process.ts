import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { type BrokerEvent, brokerEvent, type UpReady, upReady } from '@odradek/contract';
import { vi } from 'vitest';
import { runCommandLine } from '../src/command-line.ts';

const program = join(import.meta.dirname, '../src/odradek.ts');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command from its source to its end; `input` is its standard input. */
export async function odradek(
  args: readonly string[],
  options: { readonly input?: string; readonly environment?: Record<string, string> } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ODRADEK_INVOKED_AS: 'odradek', ...options.environment },
  });
  // A command that reads nothing may end before its input does.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (child.exitCode === null) await once(child, 'exit');
  return { code: child.exitCode, stdout, stderr };
}

/**
 * Runs a command inside this process, which spares each of them the loading of the Kafka client. Commands share
 * nothing but standard output and error, so one runs at a time.
 */
export async function odradekHere(args: readonly string[]): Promise<Ended> {
  const written = { stdout: '', stderr: '' };
  const streams = ['stdout', 'stderr'] as const;
  const spies = streams.map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((chunk) => {
      written[name] += chunk.toString();
      return true;
    }),
  );
  try {
    const code = await runCommandLine(args);
    return { code, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** A cluster started by `odradek up --json`. */
export class RunningUp {
  readonly ready: UpReady;
  readonly process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(process: ChildProcess, ready: UpReady, lines: AsyncIterator<string>) {
    this.process = process;
    this.ready = ready;
    this.#lines = lines;
  }

  /** With one broker, which starts soonest, unless `--brokers` says otherwise. */
  static async start(...args: string[]): Promise<RunningUp> {
    const brokers = args.includes('--brokers') ? [] : ['--brokers', '1'];
    const child = spawn(process.execPath, [program, 'up', '--json', '--port', '0', ...brokers, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done === true) throw new Error('up ended before it was ready');
    return new RunningUp(child, upReady.parse(JSON.parse(first.value)), lines);
  }

  /** The next line after the ready line. */
  async nextEvent(): Promise<BrokerEvent> {
    const line = await this.#lines.next();
    if (line.done === true) throw new Error('up has ended');
    return brokerEvent.parse(JSON.parse(line.value));
  }

  /** Sends SIGTERM and resolves with the exit code. */
  async stop(): Promise<number | null> {
    if (this.process.exitCode !== null) return this.process.exitCode;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    await ended;
    return this.process.exitCode;
  }
}
