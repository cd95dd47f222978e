import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { javaClassPath, pythonWithClients } from '../tools/workshop.mjs';

export type ClientName = 'Java' | 'librdkafka';

/** What librdkafka logs where its log is kept. */
const LOGGED = 'broker,topic,metadata,msg,eos';

// Without a file in the temporary folder that is named after the process: another one may have its number.
const JVM = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData'];

/** A client program that says lines; see ChaosClient.java for what it takes and says. */
export class ClientProcess {
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #stderr = '';

  /** With a folder for its log it says there what it does, as far as it can. */
  constructor(
    client: ClientName,
    args: readonly string[],
    { onLine, logFolder }: { readonly onLine: (line: string) => void; readonly logFolder: string | null },
  ) {
    const [program, ...before] = commandOf(client);
    this.#name = `${client} ${args[0]}`;
    const env = { ...process.env, ...(logFolder !== null && { RDKAFKA_DEBUG: LOGGED }) };
    this.#child = spawn(program, [...before, ...args], { stdio: ['pipe', 'pipe', 'pipe'], env });
    const { stdin, stdout, stderr } = this.#child;
    if (stdin === null || stdout === null || stderr === null) throw new Error('the client has no pipes');
    // It may be gone before its input is closed.
    stdin.on('error', () => {});
    const log: WriteStream | null =
      logFolder === null ? null : createWriteStream(join(logFolder, `${client}-${args[0]}.log`));
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-8_000);
      log?.write(text);
    });
    let left = '';
    stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (left + text).split('\n');
      left = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    });
    this.#ended = once(this.#child, 'close').then(([code]) => code as number | null);
  }

  /** Throws when it has ended although it should go on. */
  checkAlive(): void {
    if (this.#child.exitCode !== null) throw new Error(`${this.#name} ended early:\n${this.#stderr}`);
  }

  /** Ends its input, and resolves when it has said all and ended; rejects when it failed, or does not end. */
  async finish(withinMs: number): Promise<void> {
    this.#child.stdin?.end();
    await this.done(withinMs);
  }

  /** Resolves when it has ended by itself; rejects when it failed, or does not end. */
  async done(withinMs: number): Promise<void> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), withinMs);
    const code = await this.#ended;
    clearTimeout(timer);
    if (code !== 0) {
      throw new Error(
        `${this.#name} ${code === null ? `did not end within ${withinMs} ms` : `ended with ${code}`}:\n${this.#stderr}`,
      );
    }
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

function commandOf(client: ClientName): readonly [string, ...string[]] {
  if (client === 'Java') return ['java', ...JVM, '-cp', javaClassPath('clients'), 'ChaosClient'];
  return [pythonWithClients(), join(import.meta.dirname, 'clients/chaos_client.py')];
}
