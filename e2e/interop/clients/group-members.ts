import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { javaClassPath, pythonWithClients } from '../../tools/workshop.mjs';
import { inTime, PATIENCE_MS } from '../patience.ts';

const GENERATION_LINE = 4;
const SMALL_JVM = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

type Configs = Readonly<Record<string, string>>;

/** Members in a JVM, with Apache Kafka's consumer; `configs` are common to all. */
export function javaMembers({
  configs = {},
  jvm = SMALL_JVM,
}: {
  configs?: Configs;
  jvm?: readonly string[];
} = {}): GroupMembers {
  return new GroupMembers(['java', ...jvm, '-cp', javaClassPath('kafka'), 'GroupMembers'], configs);
}

/** Members with librdkafka's consumer, the newest one. */
export function librdkafkaMembers(): GroupMembers {
  return new GroupMembers([pythonWithClients(), resolve(import.meta.dirname, 'group_members.py')]);
}

/** What a member said it owns, when it last changed. */
interface Ownership {
  readonly generation: number;
  readonly partitions: readonly number[];
  readonly atMs: number;
}

/** One line of such a program: what happened, to whom, the rest of it, and when by the machine's clock. */
export interface MemberEvent {
  readonly kind: string;
  readonly name: string;
  readonly words: readonly string[];
  readonly atMs: number;
}

/** A program with members of groups (GroupMembers.java, group_members.py), and what they have said. */
export class GroupMembers {
  readonly events: MemberEvent[] = [];
  readonly owned = new Map<string, Ownership>();
  readonly #child: ChildProcess;
  readonly #configs: Configs;
  readonly #waiting = new Set<() => void>();
  /** Instances that were to be removed so far. */
  readonly #removals: string[] = [];
  #stderr = '';

  constructor([program, ...args]: readonly [string, ...string[]], configs: Configs = {}) {
    this.#configs = configs;
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
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
    { commits = false, configs }: { commits?: boolean; configs: Configs },
  ): Promise<void> {
    const pairs = Object.entries({ ...this.#configs, ...configs }).map(([key, value]) => `${key}=${value}`);
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

  /** Removes a static member as an administrator does, in Java; resolves when the group says that it is done. */
  async remove(bootstrap: string, group: string, instance: string): Promise<void> {
    this.#tell(['remove', bootstrap, group, instance]);
    this.#removals.push(instance);
    const asked = this.#removals.filter((name) => name === instance).length;
    // One after the other.
    const removed = () =>
      this.events.filter(({ kind, name }) => kind === 'removed' && name === instance).length;
    await this.until(`${instance} is removed from ${group}`, () => removed() >= asked);
  }

  has(kind: string, name: string): boolean {
    return this.events.some((event) => event.kind === kind && event.name === name);
  }

  /** Resolves when it is so; looked at whenever a member says something. */
  async until(what: string, isSo: () => boolean, patienceMs = PATIENCE_MS): Promise<void> {
    const deadline = performance.now() + patienceMs;
    while (!isSo()) {
      if (this.#child.exitCode !== null) throw new Error(`the members have ended: ${this.#stderr}`);
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new Error(`${what}: not within ${patienceMs} ms\n${this.account()}`);
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

  /** All leave their groups; resolves when the program has ended. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await inTime('all members have left', ended, () => this.account());
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

  /** What each owns, and what was said last: for whoever waited in vain. */
  account(): string {
    const owned = [...this.owned].map(([name, { partitions }]) => `${name} owns ${partitions.join()}`);
    const said = this.events.slice(-10).map(({ kind, name, words }) => [kind, name, ...words].join(' '));
    return [...owned, ...said, this.#stderr].join('\n');
  }

  #changed(): void {
    for (const look of [...this.#waiting]) look();
  }
}
