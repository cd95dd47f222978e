import { usageFailure } from '../failure.ts';
import {
  type BootstrapOption,
  groupless,
  type KafkaSession,
  offsetRanges,
  withKafka,
} from '../kafka/client.ts';
import { groupLag } from '../kafka/group-lag.ts';
import { print, printJson } from '../standard-output.ts';
import { textTable } from '../text-table.ts';

interface ResetOptions extends BootstrapOption {
  readonly json?: boolean;
  readonly topic: string;
  readonly toEarliest?: boolean;
  readonly toLatest?: boolean;
  readonly toOffset?: number;
  readonly toDatetime?: string;
  readonly shiftBy?: number;
  readonly execute?: boolean;
}

/** Where a reset would put a group; carried out only with `execute`, and only while the group has no members. */
export async function resetOffsets(group: string, options: ResetOptions): Promise<void> {
  const target = resetTarget(options);
  await withKafka(options, async (session) => {
    const before = new Map(
      (await groupLag(session, group))
        .filter(({ topic }) => topic === options.topic)
        .map(({ partition, committedOffset }) => [partition, committedOffset]),
    );
    const ranges = (await offsetRanges(session, [options.topic])).get(options.topic) ?? [];
    const timed = target.kind === 'time' ? await offsetsAt(session, options.topic, target.timestampMs) : [];
    const plan = ranges.flatMap(({ first, end }, partition) => {
      const current = before.get(partition) ?? null;
      // There is nothing to shift where the group has never committed.
      if (target.kind === 'shift' && current === null) return [];
      const wanted = wantedOffset(target, { first, end, current, timed: timed[partition] ?? -1n });
      return [{ topic: options.topic, partition, before: current, after: within(wanted, first, end) }];
    });
    if (options.execute === true) {
      await session.admin.alterConsumerGroupOffsets({
        groupId: group,
        topics: [
          {
            name: options.topic,
            partitionOffsets: plan.map(({ partition, after }) => ({ partition, offset: after })),
          },
        ],
      });
    }
    if (options.json === true) {
      for (const row of plan) printJson({ group, ...row, executed: options.execute === true });
      return;
    }
    const rows = plan.map(({ topic, partition, before: from, after }) => [
      topic,
      partition,
      from,
      Number(after),
    ]);
    print(textTable(['TOPIC', 'PARTITION', 'BEFORE', 'AFTER'], rows));
    if (options.execute !== true) print('Nothing was changed; --execute does it.');
  });
}

type ResetTarget =
  | { readonly kind: 'earliest' | 'latest' }
  | { readonly kind: 'offset' | 'shift'; readonly amount: bigint }
  | { readonly kind: 'time'; readonly timestampMs: number };

function resetTarget(options: ResetOptions): ResetTarget {
  const targets: ResetTarget[] = [];
  if (options.toEarliest === true) targets.push({ kind: 'earliest' });
  if (options.toLatest === true) targets.push({ kind: 'latest' });
  if (options.toOffset !== undefined) targets.push({ kind: 'offset', amount: BigInt(options.toOffset) });
  if (options.shiftBy !== undefined) targets.push({ kind: 'shift', amount: BigInt(options.shiftBy) });
  if (options.toDatetime !== undefined) {
    const timestampMs = Date.parse(options.toDatetime);
    if (Number.isNaN(timestampMs)) {
      throw usageFailure(`--to-datetime ${options.toDatetime}: it has to be like 2026-11-21T08:00:00Z`);
    }
    targets.push({ kind: 'time', timestampMs });
  }
  const [target] = targets;
  if (target === undefined || targets.length > 1) {
    throw usageFailure('name one of --to-earliest, --to-latest, --to-offset, --to-datetime, --shift-by');
  }
  return target;
}

function wantedOffset(
  target: ResetTarget,
  at: { first: bigint; end: bigint; current: number | null; timed: bigint },
): bigint {
  switch (target.kind) {
    case 'earliest':
      return at.first;
    case 'latest':
      return at.end;
    case 'offset':
      return target.amount;
    case 'shift':
      return BigInt(at.current ?? 0) + target.amount;
    case 'time':
      // No record is that young: the group goes on with what comes next.
      return at.timed < 0n ? at.end : at.timed;
  }
}

function within(offset: bigint, first: bigint, end: bigint): bigint {
  if (offset < first) return first;
  return offset > end ? end : offset;
}

async function offsetsAt(session: KafkaSession, topic: string, timestampMs: number): Promise<bigint[]> {
  const consumer = groupless(session);
  try {
    const offsets = await consumer.listOffsets({ topics: [topic], timestamp: BigInt(timestampMs) });
    return offsets.get(topic) ?? [];
  } finally {
    await consumer.close();
  }
}
