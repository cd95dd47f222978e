import type { PlannedReset, ResetGoal, ResetPlan, ResetTarget } from '@odradek/contract';
import { ExitCode, Failure, usageFailure } from '../failure.ts';
import type { BootstrapOption } from '../kafka/client.ts';
import { withRequests } from '../kafka/requests.ts';
import { print, printJson, tell } from '../standard-output.ts';
import { textTable } from '../text-table.ts';

export interface ResetOptions extends BootstrapOption {
  readonly json?: boolean;
  readonly topic?: readonly string[];
  readonly partition?: number;
  readonly toEarliest?: boolean;
  readonly toLatest?: boolean;
  readonly toOffset?: number;
  readonly toDatetime?: string;
  readonly shiftBy?: number;
  readonly toGroup?: string;
  readonly execute?: boolean;
}

/**
 * Where a reset would put a group; carried out only with `execute`, and only while the group has no members. The exit
 * code is 1 when a partition was refused.
 */
export async function resetOffsets(group: string, options: ResetOptions): Promise<number> {
  const goal = goalOf(options);
  return withRequests(options, async (requests) => {
    const { readMetadata } = await import('@odradek/monitor/metadata');
    const { planOffsetReset, movesOf, moveOffsets } = await import('@odradek/monitor/offset-reset');
    const { metadata } = await readMetadata(requests);
    const plan = await planOffsetReset(requests, metadata, group, goal);
    if (plan.partitions.length === 0) throw new Failure(`${group} has committed nothing: name a --topic`);
    if (options.execute !== true) {
      show(plan, options);
      return ExitCode.OK;
    }
    if (plan.active !== null) throw new Failure(activeText(group, plan.active));
    const moves = movesOf(plan);
    if (moves.length === 0) {
      show(plan, options);
      return ExitCode.OK;
    }
    const moved = await moveOffsets(requests, metadata, group, moves);
    if (moved.kind === 'active') throw new Failure(activeText(group, moved.active));
    if (moved.kind === 'changed') {
      const { topic, partition } = moved.partition;
      throw new Failure(
        `${group} has just committed to ${topic}-${partition}: nothing was changed, try again`,
      );
    }
    show(plan, options);
    for (const { topic, partition, error, message } of moved.outcome.refused) {
      tell(`${topic}-${partition} was refused: ${error}: ${message}`);
    }
    return moved.outcome.refused.length === 0 ? ExitCode.OK : ExitCode.FAILED;
  });
}

function show(plan: ResetPlan, { json, execute }: ResetOptions): void {
  const executed = execute === true;
  if (json === true) {
    for (const { topic, partition, before, after, start, end, note } of plan.partitions) {
      printJson({
        group: plan.group,
        topic,
        partition,
        before,
        after: after ?? before,
        start,
        end,
        note,
        executed,
      });
    }
    return;
  }
  const rows = plan.partitions.map((row) => [
    ...[row.topic, row.partition, row.before, row.after ?? row.before, changeText(row)],
    row.note === null ? '' : notes[row.note],
  ]);
  print(textTable(['TOPIC', 'PARTITION', 'BEFORE', 'AFTER', 'CHANGE', 'NOTE'], rows));
  if (plan.recordsAgain > 0) print(`${plan.recordsAgain} records are read again.`);
  if (plan.recordsSkipped > 0) print(`${plan.recordsSkipped} records are skipped.`);
  if (executed) return;
  if (plan.active !== null) print(`--execute would be refused: ${activeText(plan.group, plan.active)}`);
  print('Nothing was changed; --execute does it.');
}

const notes: Readonly<Record<NonNullable<PlannedReset['note']>, string>> = {
  'raised-to-start': 'raised to the first record',
  'lowered-to-end': 'lowered to the end',
  'no-record-that-young': 'no record is that young: the end',
  'no-offset': 'stays: there is no offset to go by',
  'not-answered': 'stays: its leader does not answer',
};

function changeText({ before, after }: PlannedReset): string {
  if (after === null || after === before) return '';
  if (before === null) return 'first';
  return after > before ? `+${after - before}` : String(after - before);
}

function activeText(group: string, { state, members }: NonNullable<ResetPlan['active']>): string {
  const names = members.slice(0, 5).map(({ clientId, host }) => `${clientId} (${host.replace(/^\//, '')})`);
  const who = names.length === 0 ? '' : `: ${names.join(', ')}${members.length > names.length ? ', …' : ''}`;
  return `group ${group} is ${state} and has ${members.length} member(s)${who}; stop them, they would commit over it`;
}

function goalOf(options: ResetOptions): ResetGoal {
  const target = targetOf(options);
  const { topic: topics = null, partition } = options;
  if (partition === undefined)
    return { target, topics: topics === null ? null : [...topics], partitions: null };
  const [topic, ...more] = topics ?? [];
  if (topic === undefined || more.length > 0) throw usageFailure('--partition goes with exactly one --topic');
  return { target, topics: null, partitions: [{ topic, partition }] };
}

function targetOf(options: ResetOptions): ResetTarget {
  const targets: ResetTarget[] = [];
  if (options.toEarliest === true) targets.push({ to: 'earliest' });
  if (options.toLatest === true) targets.push({ to: 'latest' });
  if (options.toOffset !== undefined) targets.push({ to: 'offset', offset: options.toOffset });
  if (options.shiftBy !== undefined) targets.push({ to: 'shift', by: options.shiftBy });
  if (options.toGroup !== undefined) targets.push({ to: 'group', group: options.toGroup });
  if (options.toDatetime !== undefined) {
    const timestamp = Date.parse(options.toDatetime);
    if (Number.isNaN(timestamp) || timestamp < 0) {
      throw usageFailure(`--to-datetime ${options.toDatetime}: it has to be like 2026-11-21T08:00:00Z`);
    }
    targets.push({ to: 'time', timestamp });
  }
  const [target] = targets;
  if (target === undefined || targets.length > 1) {
    throw usageFailure(
      'name one of --to-earliest, --to-latest, --to-offset, --to-datetime, --shift-by, --to-group',
    );
  }
  return target;
}
