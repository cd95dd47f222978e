import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KafkaTools } from '../kafka-tools.ts';
import { settled } from './cluster-state.ts';
import { outputUntil } from './endless-tool.ts';
import { EVERYWHERE } from './rules.ts';
import type { ThreeNodes } from './three-nodes.ts';
import { MAIN_CLASSES, type Section, type Step, type ToolStep } from './tool-step.ts';

/** What a tool printed for one cluster, after the rules. */
export interface Printed {
  readonly code: number;
  readonly lines: readonly string[];
}

/** Both clusters' answers to a step. */
export interface Pair {
  readonly theirs: Printed;
  readonly ours: Printed;
}

/** Runs a tool as `step` says, once the cluster has settled; resolves with its normalised output. */
export async function printedBy(tools: KafkaTools, step: ToolStep, cluster: ThreeNodes): Promise<Printed> {
  for (const [name, content] of Object.entries(step.files ?? {})) {
    await writeFile(join(cluster.folder, name), content.replaceAll('/data', cluster.folder));
  }
  const alive = cluster.nodes.filter(({ isRunning }) => isRunning);
  const args = step.line
    .replaceAll('CONTROLLERS', alive.map(({ controller }) => controller).join(','))
    .replaceAll('SERVERS', alive.map(({ bootstrap }) => bootstrap).join(','))
    .replaceAll('@', `${cluster.folder}/`)
    .split(' ');
  const main = MAIN_CLASSES[step.tool];
  const { code, output } =
    step.until === undefined
      ? await tools.attempt(main, args, step.input)
      : { code: 0, output: await outputUntil(main, args, step.until) };
  await settled(cluster);
  const normal = [...EVERYWHERE, ...(step.rules ?? [])].reduce(
    (text, rule) => rule.apply(text, cluster),
    output.replaceAll('\r\n', '\n'),
  );
  const lines = normal.split('\n').map((line) => line.trimEnd());
  return { code, lines: lines.slice(0, lines.findLastIndex((line) => line !== '') + 1) };
}

/** The lines that one printed and the other did not, apart from deviations that the step names. */
export function unexpected({ theirs, ours }: Pair, step: ToolStep): { kafka: string[]; odradek: string[] } {
  const kept = (printed: Printed) =>
    [`exit code ${printed.code}`, ...printed.lines].filter(
      (line) => !(step.deviations ?? []).some(({ lines }) => lines.test(line)),
    );
  const [kafka, odradek] = [kept(theirs), kept(ours)];
  return kafka.join('\n') === odradek.join('\n') ? { kafka: [], odradek: [] } : { kafka, odradek };
}

/** Lines shown of a long output that is the same. */
const SHOWN_LINES = 30;

/** The document of a run: each command and what came of it. */
export function documentOf(
  sections: readonly Section[],
  pairs: ReadonlyMap<Step, Pair>,
  preamble: string,
): string {
  const text = sections.map(({ title, steps }) =>
    [`## ${title}`, ...steps.map((step) => stepText(step, pairs.get(step)))].join('\n\n'),
  );
  return `${[preamble, rulesText(sections), countsText(pairs), ...text].join('\n\n')}\n`;
}

function countsText(pairs: ReadonlyMap<Step, Pair>): string {
  const same = [...pairs.values()].filter(({ theirs, ours }) => isSame(theirs, ours)).length;
  const differing = pairs.size - same;
  return `${pairs.size} commands: ${same} print the same and end with the same code, ${differing} differ in what is meant.`;
}

function isSame(theirs: Printed, ours: Printed): boolean {
  return theirs.code === ours.code && theirs.lines.join('\n') === ours.lines.join('\n');
}

function stepText(step: Step, pair: Pair | undefined): string {
  if (step.kind === 'state') return `*${step.words}*`;
  if (pair === undefined) throw new Error(`${step.tool} ${step.line} was not run`);
  const used = (step.deviations ?? []).filter(({ lines }) =>
    [...pair.theirs.lines, ...pair.ours.lines].some((line) => lines.test(line)),
  );
  return [
    '```diff',
    `$ ${step.tool}.sh ${step.line}`,
    ...Object.entries(step.files ?? {}).map(
      ([name, content]) => `  (${name}: ${content.trim().replaceAll('\n', ', ')})`,
    ),
    ...cut(sideBySide(pair, used)),
    '```',
    ...used.map(({ why }) => `Meant: ${why}.\n`),
  ].join('\n');
}

/** Lines of both begin with a blank, those of Apache Kafka alone with a minus, ours alone with a plus. */
function sideBySide({ theirs, ours }: Pair, deviations: readonly { readonly lines: RegExp }[]): string[] {
  const isMeant = (line: string) => deviations.some(({ lines }) => lines.test(line));
  const shown: string[] = [];
  const rest = [...ours.lines];
  const takeOurs = () => {
    while (rest[0] !== undefined && isMeant(rest[0])) shown.push(`+ ${rest.shift()}`);
  };
  for (const line of theirs.lines) {
    if (isMeant(line) && rest[0] === line) {
      shown.push(`  ${rest.shift()}`);
    } else if (isMeant(line)) {
      shown.push(`- ${line}`);
    } else {
      takeOurs();
      shown.push(`  ${line}`);
      rest.shift();
    }
  }
  takeOurs();
  if (theirs.code === ours.code)
    return theirs.code === 0 ? shown : [...shown, `  (exit code ${theirs.code})`];
  return [...shown, `- (exit code ${theirs.code})`, `+ (exit code ${ours.code})`];
}

function cut(lines: readonly string[]): readonly string[] {
  const isLong = lines.length > SHOWN_LINES + 5;
  if (!isLong) return lines;
  const odd = lines.filter((line) => !line.startsWith('  '));
  const same = lines.filter((line) => line.startsWith('  '));
  return [
    ...same.slice(0, SHOWN_LINES),
    `  (and ${same.length - SHOWN_LINES} more lines, the same from both)`,
    ...odd,
  ];
}

function rulesText(sections: readonly Section[]): string {
  const steps = sections.flatMap((section) => section.steps);
  const rules = [...EVERYWHERE, ...steps.flatMap((step) => (step.kind === 'tool' ? (step.rules ?? []) : []))];
  const byName = new Map(rules.map((rule) => [rule.name, rule]));
  return [
    '| rule | because |',
    '|---|---|',
    ...[...byName.values()].map(({ name, why }) => `| ${name} | ${why} |`),
  ].join('\n');
}
