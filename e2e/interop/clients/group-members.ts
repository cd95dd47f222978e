import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { javaClassPath } from '../../tools/workshop.mjs';

const GENERATION_LINE = 4;

/** What a member said it owns, when it last changed. */
interface Ownership {
  readonly generation: number;
  readonly partitions: readonly number[];
  readonly atMs: number;
}

/** One line of GroupMembers: what happened, to whom, the rest of it, and when by the machine's clock. */
export interface MemberEvent {
  readonly kind: string;
  readonly name: string;
  readonly words: readonly string[];
  readonly atMs: number;
}

/** A JVM with members of groups (GroupMembers.java), and what they have said. */
export class GroupMembers {
  readonly events: MemberEvent[] = [];
  readonly owned = new Map<string, Ownership>();
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();
  #stderr = '';

  constructor(javaOptions: readonly string[] = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']) {
    this.#child = spawn('java', [...javaOptions, '-cp', javaClassPath('kafka'), 'GroupMembers'], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4_000);
    });
    if (this.#child.stdout === null) throw new Error('no standard output');
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#heard(line));
    this.#child.once('exit', () => this.#changed());
  }

  /** Makes a consumer, which is ready when the promise resolves and waits for `go`. */
  async open(
    name: string,
    topic: string,
    { commits = false, configs }: { commits?: boolean; configs: Readonly<Record<string, string>> },
  ): Promise<void> {
    const pairs = Object.entries(configs).map(([key, value]) => `${key}=${value}`);
    this.#tell(['open', name, topic, commits ? 'commit' : 'idle', ...pairs]);
    await this.until(`${name} is made`, () => this.has('ready', name));
  }

  /** All that were made and do not run yet subscribe. */
  go(): void {
    this.#tell(['go']);
  }

  leave(name: string): void {
    this.#tell(['leave', name]);
  }

  /** Removes a static member as an administrator does; resolves when the group says that it is done. */
  async remove(bootstrap: string, group: string, instance: string): Promise<void> {
    this.#tell(['remove', bootstrap, group, instance]);
    await this.until(`${instance} is removed`, () => this.has('removed', instance));
  }

  has(kind: string, name: string): boolean {
    return this.events.some((event) => event.kind === kind && event.name === name);
  }

  /** Resolves when it is so; looked at whenever a member says something. */
  async until(what: string, isSo: () => boolean, patienceMs = 60_000): Promise<void> {
    const deadline = performance.now() + patienceMs;
    while (!isSo()) {
      if (this.#child.exitCode !== null) throw new Error(`the members have ended: ${this.#stderr}`);
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new Error(`${what}: not within ${patienceMs} ms\n${this.#stderr}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, Math.min(leftMs, 1_000));
        const waiting = this.#waiting;
        waiting.add(done);
        function done() {
          clearTimeout(timer);
          waiting.delete(done);
          resolve();
        }
      });
    }
  }

  /** All leave their groups; resolves when the JVM has ended. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await ended;
  }

  #tell(words: readonly string[]): void {
    this.#child.stdin?.write(`${words.join(' ')}\n`);
  }

  #heard(line: string): void {
    const all = line.split(' ');
    const [kind = '', name = '', ...words] = all.slice(0, -1);
    const atMs = Number(all.at(-1));
    this.events.push({ kind, name, words, atMs });
    if (kind === 'owns' && all.length > GENERATION_LINE) {
      const [generation = '', list = '-'] = words;
      const partitions = list === '-' ? [] : list.split(',').map(Number);
      this.owned.set(name, { generation: Number(generation), partitions, atMs });
    }
    if (kind === 'closed') this.owned.delete(name);
    this.#changed();
  }

  #changed(): void {
    for (const look of [...this.#waiting]) look();
  }
}
