import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type UpReport, upReport } from '@odradek/contract';
import type { BackendProgram } from './backend-program.ts';

/** What became of the start. */
export type BackendStart =
  /** The console answers at `open`; the cluster is ours. */
  | { readonly kind: 'started'; readonly open: string }
  /** The cluster was running already; it is not ours to stop. */
  | { readonly kind: 'adopted'; readonly open: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** After this long a backend that was asked to stop is ended by force; its own brokers notice that and end too. */
const STOP_GRACE_MS = 15_000;

const LAST_WORDS = 2_000;

/** The child process behind the window: `odradek up` on any free console port. */
export class Backend {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #lastWords = '';

  constructor(program: BackendProgram, environment: NodeJS.ProcessEnv) {
    this.#child = spawn(
      program.node,
      [program.script, 'up', '--json', '--console-port', '0', '--stop-with-parent'],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...environment, ODRADEK_STARTED_AS: 'desktop' } },
    );
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS);
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once('close', () => resolve());
      this.#child.once('error', (error) => {
        this.#lastWords += error.message;
        resolve();
      });
    });
  }

  /** Resolves with the first line the backend writes, or with its end when that comes first. */
  start(): Promise<BackendStart> {
    return new Promise((resolve) => {
      const output = this.#child.stdout;
      if (output !== null) createInterface({ input: output }).once('line', (line) => resolve(startOf(line)));
      void this.#ended.then(() => resolve({ kind: 'failed', reason: this.lastWords }));
    });
  }

  /** Resolves when the process has ended, whatever ended it. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** What it said last on standard error. */
  get lastWords(): string {
    return this.#lastWords.trim() || 'the backend ended without a word';
  }

  /** Stops the cluster cleanly and resolves when every process is gone. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    const force = setTimeout(() => this.#child.kill('SIGKILL'), STOP_GRACE_MS);
    await this.#ended;
    clearTimeout(force);
  }
}

function startOf(line: string): BackendStart {
  const report = reportIn(line);
  if (report === null) return { kind: 'failed', reason: `the backend said something unexpected: ${line}` };
  if (!report.ready && 'reason' in report) return { kind: 'failed', reason: report.reason };
  const open = report.ready ? report.open : report.running.open;
  if (open === null)
    return { kind: 'failed', reason: 'the cluster runs, but without a console (--no-console)' };
  return { kind: report.ready ? 'started' : 'adopted', open };
}

function reportIn(line: string): UpReport | null {
  try {
    return upReport.parse(JSON.parse(line));
  } catch {
    // Not a line of `up --json`.
    return null;
  }
}
