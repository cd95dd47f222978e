import { longestGap, type Silence } from './availability.ts';
import { type ObservedFault, PARTITIONS, type RunRecord } from './chaos-run.ts';
import type { Verdict } from './checks.ts';
import { FAULT_KINDS } from './fault-schedule.ts';
import type { MetadataHistory } from './metadata-history.ts';

/** The longest that a partition may go without an acknowledged record when its leader is killed. */
const GAP_MS_MAX = 2_000;

/** What follows a fault is looked at for so long, or until the next begins. */
const LOOK_MS = 15_000;

const SHOWN = 5;

/** Everything that a report is made of. */
export interface Findings {
  readonly title: string;
  readonly network: string;
  readonly run: RunRecord;
  readonly verdict: Verdict;
  readonly history: MetadataHistory;
  readonly differingReplicas: readonly string[];
  readonly sessionTimeoutMs: number;
  /** Whether gaps beyond the budget and false fencings fail the run; another broker's are only shown. */
  readonly holdsBudgets: boolean;
}

/** The gap that a fault left in the partitions that its victim led, and in all. */
export interface Gap {
  readonly fault: ObservedFault;
  readonly ledMs: number;
  readonly anyMs: number;
  /** Where the victim led, each writer for itself: how long its client took besides. */
  readonly ofWriters: readonly { readonly name: string; readonly silence: Silence }[];
}

/** The report of a run, and the sentences that make it a failure. */
export function reportOf(findings: Findings): {
  readonly lines: readonly string[];
  readonly failures: readonly string[];
} {
  const { run, verdict, history } = findings;
  const gaps = gapsOf(run);
  const kills = gaps.filter(
    ({ fault }) =>
      fault.kind.startsWith('kill') && fault.kind !== 'kill all' && isCalm(fault) && fault.led.length > 0,
  );
  const falseFencings = falseFencingsOf(findings);
  const givenUp = [...run.acknowledged.writers].flatMap(([name, writer]) =>
    writer.givenUp.map((record) => ({ name, ...record })),
  );
  const lists: Readonly<Record<string, readonly string[]>> = {
    ...verdict.violations,
    'replicas that differ': findings.differingReplicas,
    ...(findings.holdsBudgets && {
      'false fencings': falseFencings,
      'gaps beyond the budget': beyondBudget(kills),
    }),
  };
  const failures = Object.entries(lists).flatMap(([what, cases]) =>
    cases.length === 0 ? [] : [`${what}: ${cases.length}: ${cases.slice(0, SHOWN).join('; ')}`],
  );
  const leaderKills = kills.map(({ ledMs }) => ledMs).sort((left, right) => left - right);
  const lines = [
    `${findings.title}; ${findings.network}`,
    '',
    ...faultTable(gaps),
    '',
    `records acknowledged ${run.acknowledged.count}, read ${run.read.count}; lost ${verdict.violations.lost.length}, moved ${verdict.violations.moved.length}, reordered ${verdict.violations.reordered.length}, duplicated by idempotent writers ${verdict.violations.duplicated.length}, sent anew by their clients in another epoch ${verdict.sentAnew.length}, repeated by plain ones ${verdict.repeated}, out of turn where the client promises no order ${verdict.outOfTurn}, given up by their client ${givenUp.length}`,
    `readings: ${verdict.violations.readings.length === 0 ? 'both clients, and the one that followed, read the same' : 'DIFFER'}; replicas: ${findings.differingReplicas.length === 0 ? 'byte for byte the same' : 'DIFFER'}`,
    `availability gap per leader kill: ${leaderKills.length} kills, median ${median(leaderKills)} ms, longest ${leaderKills.at(-1) ?? 0} ms${electionWords(kills, history)}`,
    ...killLines(kills, history),
    `metadata: ${history.controllerChanges.length} controllers elected, ${history.leaderChanges.length} changes of a leader, ${history.isrChangeTimes.length} of in-sync replicas, ${history.fencings.length} fencings, ${falseFencings.length} of them false`,
    ...(givenUp.length === 0
      ? []
      : [
          `given up: ${givenUp
            .slice(0, SHOWN)
            .map(({ name, error }) => `${name} ${error}`)
            .join(', ')}`,
        ]),
    `longest that a writer had nothing acknowledged in a partition: ${silences(run).join(', ')}`,
    ...[...run.acknowledged.writers].flatMap(([name, { begunAnew }]) =>
      begunAnew.map(({ atMs, reason }) => `begun anew: ${name} at ${timeOf(atMs)}: ${reason}`),
    ),
    '',
    tableRow(findings, { gaps: leaderKills, falseFencings: falseFencings.length }),
  ];
  return { lines, failures };
}

/** As the table of docs/chaos.md has it. */
function tableRow(
  { title, run, verdict: { violations } }: Findings,
  { gaps, falseFencings }: { readonly gaps: readonly number[]; readonly falseFencings: number },
): string {
  const found = [violations.lost, violations.moved, violations.reordered, violations.duplicated];
  const cells = [
    title,
    run.acknowledged.count.toLocaleString('en'),
    ...found.map(({ length }) => length),
    falseFencings,
    `${gaps.length}: median ${median(gaps)}, longest ${gaps.at(-1) ?? 0} ms`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function gapsOf({ acknowledged, faults, endedMs }: RunRecord): Gap[] {
  return faults.map((fault, index) => {
    const until = Math.min(fault.fromMs + LOOK_MS, faults[index + 1]?.fromMs ?? endedMs);
    const gaps = Array.from(
      { length: PARTITIONS },
      (_, partition) => longestGap(acknowledged.timesIn(partition), fault.fromMs, until).ms,
    );
    const led = gaps.filter((_, partition) => fault.led.includes(partition));
    const ofWriters = [...acknowledged.writers].map(([name, { times }]) => {
      const own = fault.led.map((partition) => longestGap(times[partition] ?? [], fault.fromMs, until));
      return { name, silence: own.reduce(longer, { ms: 0, sinceMs: fault.fromMs }) };
    });
    return { fault, ledMs: Math.max(0, ...led), anyMs: Math.max(0, ...gaps), ofWriters };
  });
}

/** Partitions, not whole producers: one may stand still on one of them alone. */
function silences({ acknowledged, faults, endedMs }: RunRecord): string[] {
  const fromMs = faults[0]?.fromMs ?? endedMs;
  return [...acknowledged.writers].map(([name, { times }]) => {
    const ofPartitions = times.map((ofPartition) => longestGap(ofPartition, fromMs, endedMs));
    const silence = ofPartitions.reduce(longer, { ms: 0, sinceMs: fromMs });
    return `${name} ${silence.ms} ms in ${ofPartitions.indexOf(silence)} from ${timeOf(silence.sinceMs)} on`;
  });
}

const timeOf = (ms: number) => new Date(ms).toISOString().slice(11, 23);

const longer = (left: Silence, right: Silence) => (right.ms > left.ms ? right : left);

function killLines(
  kills: readonly Gap[],
  { leaderChanges, fencings, controllerChanges }: MetadataHistory,
): string[] {
  return kills.map(({ fault, ledMs, ofWriters }) => {
    const since = (events: readonly { readonly atMs: number }[]) => {
      const first = events.find(({ atMs }) => atMs >= fault.fromMs);
      return first === undefined || first.atMs > fault.wholeAtMs ? '–' : `${first.atMs - fault.fromMs}`;
    };
    const fenced = fencings.filter(({ broker }) => fault.victims.includes(broker));
    const led = leaderChanges.filter(({ leader }) => leader >= 0 && !fault.victims.includes(leader));
    // A silence that began later is another one's: of the broker's return, or of leaders that go back to it.
    const writers = ofWriters
      .map(({ name, silence: { ms, sinceMs } }) => `${name} ${ms} from ${sinceMs - fault.fromMs} on`)
      .join(', ');
    return `  ${fault.kind} of ${fault.victims.join(', ')} at ${timeOf(fault.fromMs)}: controller after ${since(controllerChanges)}, fenced ${since(fenced)}, others elected ${since(led)}, acknowledged again ${ledMs} ms (${writers})`;
  });
}

/** How much of the gaps went by until the metadata named other leaders. */
function electionWords(kills: readonly Gap[], { leaderChanges }: MetadataHistory): string {
  const untilElected = kills.flatMap(({ fault }) => {
    const after = leaderChanges.filter(
      ({ atMs, leader }) => atMs >= fault.fromMs && leader >= 0 && !fault.victims.includes(leader),
    );
    return after.length === 0 ? [] : [Math.min(...after.map(({ atMs }) => atMs)) - fault.fromMs];
  });
  const [middle, longest] = spread(untilElected);
  return untilElected.length === 0
    ? ''
    : `; until others were elected, median ${middle} ms, longest ${longest} ms`;
}

function beyondBudget(kills: readonly Gap[]): string[] {
  return kills
    .filter(({ ledMs }) => ledMs > GAP_MS_MAX)
    .map(({ fault, ledMs }) => `${fault.kind} of ${fault.victims.join(', ')}: ${ledMs} ms`);
}

/** Nothing else was wrong, before it or until the cluster had recovered from it. */
const isCalm = ({ wasWhole, recoveryMs }: ObservedFault) => wasWhole && recoveryMs !== null;

/**
 * Fencings of brokers to which nothing had been done, or that had long been well again: what was silent when a fault ended
 * may still be given up within a session, though nothing else was missing by then.
 */
function falseFencingsOf({ run, history, sessionTimeoutMs }: Findings): string[] {
  const isExplained = (broker: number, atMs: number) =>
    run.faults.some(
      ({ victims, fromMs, wholeAtMs }) =>
        victims.includes(broker) && atMs >= fromMs && atMs <= wholeAtMs + sessionTimeoutMs,
    );
  return history.fencings
    .filter(({ broker, atMs }) => atMs <= run.endedMs && !isExplained(broker, atMs))
    .map(({ broker, atMs }) => `broker ${broker} at ${new Date(atMs).toISOString()}`);
}

function faultTable(gaps: readonly Gap[]): string[] {
  const rows = FAULT_KINDS.flatMap((kind) => {
    const ofKind = gaps.filter(({ fault }) => fault.kind === kind);
    if (ofKind.length === 0) return [];
    const calm = ofKind.filter(({ fault }) => isCalm(fault));
    const recoveries = ofKind.flatMap(({ fault: { recoveryMs } }) =>
      recoveryMs === null ? [] : [recoveryMs],
    );
    const cells = [
      kind,
      ofKind.length,
      ofKind.length - calm.length,
      ...spread(calm.map(({ ledMs }) => ledMs)),
      ...spread(calm.map(({ anyMs }) => anyMs)),
      spread(recoveries)[1],
    ];
    return [`| ${cells.join(' | ')} |`];
  });
  return [
    '| fault | times | of them beside another | gap where the victim led, median ms | longest | gap anywhere, median ms | longest | until all was whole, longest ms |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
  ];
}

function spread(values: readonly number[]): [median: string, longest: string] {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted.length === 0 ? ['–', '–'] : [String(median(sorted)), String(Math.round(sorted.at(-1) ?? 0))];
}

const median = (sorted: readonly number[]) => Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
