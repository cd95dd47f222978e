import { until } from '../patience.ts';
import type { GroupMembers, MemberEvent } from './group-members.ts';

interface TeamOptions {
  readonly group: string;
  readonly topic: string;
  /** How many partitions it has. */
  readonly partitions: number;
  readonly configs: Readonly<Record<string, string>>;
}

/** Where one member is other than the rest. */
interface OwnWays {
  readonly commits?: boolean;
  readonly configs?: Readonly<Record<string, string>>;
}

/** The members of one group that reads one topic, in however many programs. */
export class Team {
  readonly group: string;
  readonly #options: TeamOptions;
  /** By name, in which program each is. */
  readonly #members = new Map<string, GroupMembers>();

  constructor(options: TeamOptions) {
    this.group = options.group;
    this.#options = options;
  }

  /** What its members have said, by the time at which they did. */
  get events(): readonly MemberEvent[] {
    const all = [...new Set(this.#members.values())].flatMap(({ events }) => events);
    return all.filter(({ name }) => this.#members.has(name)).sort((a, b) => a.atMs - b.atMs);
  }

  /** Has one more subscribe; resolves when it is made. */
  async join(
    program: GroupMembers,
    name: string,
    { commits = true, configs = {} }: OwnWays = {},
  ): Promise<void> {
    this.#members.set(name, program);
    const of = { ...this.#options.configs, 'group.id': this.group, ...configs };
    await program.open(name, this.#options.topic, { commits, configs: of });
    program.go();
  }

  /** One leaves its group, or what its program does instead; resolves when it has ended. */
  async leave(name: string): Promise<void> {
    const program = this.#members.get(name);
    program?.leave(name);
    await program?.until(`${name} has ended`, () => program.has('closed', name));
  }

  async leaveAll(): Promise<void> {
    await Promise.all([...this.#members.keys()].map((name) => this.leave(name)));
  }

  ownedBy(name: string): readonly number[] {
    return this.#members.get(name)?.owned.get(name)?.partitions ?? [];
  }

  /** Resolves when each of these, or of all, owns something, and every partition has an owner. */
  async shares(when: string, names: readonly string[] = [...this.#members.keys()]): Promise<void> {
    const isShared = () => {
      const all = names.flatMap((name) => this.ownedBy(name));
      return all.length === this.#options.partitions && names.every((name) => this.ownedBy(name).length > 0);
    };
    await this.#until(`${when}, ${names.join(' and ')} share what ${this.group} reads`, isShared);
  }

  /** Resolves when of every partition something more was committed. */
  async readsOn(when: string): Promise<void> {
    const from = this.events.length;
    await this.#until(`${when}, ${this.group} commits more of each partition`, () => {
      const since = this.events.slice(from).filter(({ kind }) => kind === 'committed');
      return new Set(since.map(({ words }) => words[0])).size === this.#options.partitions;
    });
  }

  /** The exception by which a member has ended, once it has. */
  async failureOf(name: string): Promise<string | undefined> {
    const failure = () => this.events.find((event) => event.kind === 'failed' && event.name === name);
    await this.#until(`${name} fails`, () => failure() !== undefined);
    return failure()?.words[0];
  }

  async #until(what: string, isSo: () => boolean): Promise<void> {
    const saw = () => [...new Set(this.#members.values())].map((program) => program.account()).join('\n');
    await until(what, isSo, { saw });
  }
}
