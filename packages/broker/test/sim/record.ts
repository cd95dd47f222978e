import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { BUDGETS, type Budget } from './budget.ts';
import { COUNTED, type Counted } from './findings.ts';
import type { SimulationResult } from './simulation.ts';

/** Raised with every new fault and every new check: what an older simulator has run says nothing about this one. */
export const SIMULATOR_VERSION = 7;

const RECORD = new URL('./record.jsonl', import.meta.url);

/** What became of a range of seeds. */
export interface RecordLine {
  readonly simulator: number;
  readonly commit: string;
  readonly from: number;
  readonly to: number;
  readonly seconds: number;
  readonly virtualSeconds: number;
  readonly byBudget: Readonly<Record<Budget, number>>;
  readonly counts: Readonly<Record<Counted, number>>;
  readonly violations: readonly { readonly seed: number; readonly text: string }[];
}

/** All ranges that this version of the simulator has run. */
export function recorded(): readonly RecordLine[] {
  if (!existsSync(RECORD)) return [];
  const lines = readFileSync(RECORD, 'utf8').split('\n').filter(Boolean);
  return lines
    .map((line): RecordLine => JSON.parse(line))
    .filter(({ simulator }) => simulator === SIMULATOR_VERSION);
}

/** What all ranges of this version come to, in words. */
export function recordedTotal(): string {
  const lines = recorded();
  const sum = (amountOf: (line: RecordLine) => number) =>
    lines.reduce((total, line) => total + amountOf(line), 0);
  const seeds = sum(({ from, to }) => to - from + 1);
  const hours = sum(({ virtualSeconds }) => virtualSeconds) / 3600;
  const commits = new Set(lines.map(({ commit }) => commit));
  const budgets = BUDGETS.map((budget) => `${budget} ${sum(({ byBudget }) => byBudget[budget])}`).join(', ');
  const events = COUNTED.map((name) => `${name} ${sum(({ counts }) => counts[name] ?? 0)}`).join(', ');
  const found = lines.flatMap(({ violations }) => violations.map(({ seed }) => seed));
  const findings = found.length === 0 ? 'nothing found' : `found something: ${found.join(', ')}`;
  return `simulator ${SIMULATOR_VERSION}, ${commits.size} commits: ${seeds} seeds (${budgets}), ${hours.toFixed(1)} virtual hours, ${findings}; ${events}`;
}

export function appendToRecord(line: RecordLine): void {
  appendFileSync(RECORD, `${JSON.stringify(line)}\n`);
}

/** The commit that is run, with a mark where files of the broker differ from it. */
export function presentCommit(): string {
  const cwd = new URL('../..', import.meta.url);
  const git = (...given: string[]) => execFileSync('git', given, { cwd, encoding: 'utf8' }).trim();
  const isChanged = git('status', '--porcelain', '--', 'src', 'test/sim/*.ts') !== '';
  return `${git('rev-parse', '--short', 'HEAD')}${isChanged ? '+' : ''}`;
}

/** Sums up seeds as they are run. */
export class SeedTally {
  readonly #from: number;
  readonly #started = performance.now();
  readonly #cpu = process.cpuUsage();
  readonly #counts = new Map<Counted, number>(COUNTED.map((name) => [name, 0]));
  readonly #byBudget = new Map<Budget, number>(BUDGETS.map((budget) => [budget, 0]));
  readonly #violations: { seed: number; text: string }[] = [];
  #seeds = 0;
  #virtualMs = 0;

  constructor(from: number) {
    this.#from = from;
  }

  add({ seed, budget, virtualMs, counts, violations }: SimulationResult): void {
    this.#seeds += 1;
    this.#virtualMs += virtualMs;
    this.#byBudget.set(budget, (this.#byBudget.get(budget) ?? 0) + 1);
    for (const [name, times] of counts) this.#counts.set(name, (this.#counts.get(name) ?? 0) + times);
    const [text] = violations;
    if (text !== undefined) this.#violations.push({ seed, text });
  }

  get seeds(): number {
    return this.#seeds;
  }

  /** What never happened, and so was not tested. */
  get missing(): readonly Counted[] {
    return COUNTED.filter((name) => this.#counts.get(name) === 0);
  }

  line(commit: string): RecordLine {
    return {
      simulator: SIMULATOR_VERSION,
      commit,
      from: this.#from,
      to: this.#from + this.#seeds - 1,
      seconds: Math.round((performance.now() - this.#started) / 1000),
      virtualSeconds: Math.round(this.#virtualMs / 1000),
      byBudget: Object.fromEntries(this.#byBudget) as Record<Budget, number>,
      counts: Object.fromEntries(this.#counts) as Record<Counted, number>,
      violations: this.#violations,
    };
  }

  text(): string {
    const seconds = (performance.now() - this.#started) / 1000;
    const { user, system } = process.cpuUsage(this.#cpu);
    const virtualSeconds = this.#virtualMs / 1000;
    const perSecond = `${Math.round(virtualSeconds / seconds)} virtual seconds a second`;
    const perCpuSecond = `${Math.round((virtualSeconds * 1e6) / (user + system))} a second of processor time`;
    const speed = `${((this.#seeds / seconds) * 60).toFixed(1)} seeds a minute, ${perSecond}, ${perCpuSecond}`;
    const budgets = BUDGETS.map((budget) => `${budget} ${this.#byBudget.get(budget)}`).join(', ');
    const events = COUNTED.map((name) => `${name} ${this.#counts.get(name)}`).join(', ');
    return `${this.#seeds} seeds from ${this.#from} (${budgets}): ${speed}; ${events}`;
  }
}
