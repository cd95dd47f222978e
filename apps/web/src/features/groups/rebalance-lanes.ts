import type { Rebalance } from '@odradek/contract';

/** A member's row: what it had after each rebalance. */
export interface Lane {
  memberId: string;
  clientId: string;
  instanceId: string | null;
  host: string;
  /** One for each rebalance; null: not in the group then. */
  cells: (LaneCell | null)[];
}

export interface LaneCell {
  partitions: number;
  gained: number;
  lost: number;
  joined: boolean;
  /** How it went with the next rebalance; null: it stayed. */
  leaves: Rebalance['left'][number]['how'] | null;
}

/** The lanes of some rebalances, oldest first. Who came first stands first. */
export function lanesOf(rebalances: readonly Rebalance[]): Lane[] {
  const lanes = new Map<string, Lane>();
  for (const [column, { members, joined }] of rebalances.entries()) {
    const newcomers = new Set(joined.map(({ memberId }) => memberId));
    const gone = new Map(rebalances[column + 1]?.left.map(({ memberId, how }) => [memberId, how]));
    for (const { memberId, clientId, instanceId, host, partitions, gained, lost } of members) {
      const lane = lanes.get(memberId) ?? {
        ...{ memberId, clientId, instanceId, host },
        cells: rebalances.map(() => null),
      };
      lane.cells[column] = {
        ...{ partitions, gained, lost },
        joined: newcomers.has(memberId),
        leaves: gone.get(memberId) ?? null,
      };
      lanes.set(memberId, lane);
    }
  }
  return [...lanes.values()];
}

/** How long consumers stood still, with as much as is known of it. */
export function stoppedText({ stopped, endedAt }: Pick<Rebalance, 'stopped' | 'endedAt'>): string {
  if (endedAt === null) return 'under way';
  if (stopped === null) return 'nobody waited';
  const { atLeastMs, atMostMs } = stopped;
  if (atMostMs === null) return `at least ${durationText(atLeastMs)}`;
  if (atMostMs === atLeastMs) return durationText(atMostMs);
  return atLeastMs === 0
    ? `at most ${durationText(atMostMs)}`
    : `${durationText(atLeastMs)} to ${durationText(atMostMs)}`;
}

/** `0 ms`, `340 ms`, `2.4 s`, `35 s`, `3 min`. */
export function durationText(durationMs: number): string {
  if (durationMs < 1_000) return `${durationMs} ms`;
  if (durationMs < 10_000) return `${(durationMs / 1_000).toFixed(1)} s`;
  if (durationMs < 120_000) return `${Math.round(durationMs / 1_000)} s`;
  return `${Math.round(durationMs / 60_000)} min`;
}

/** `consumer-1 joined; consumer-2 left or its session expired`, several of the same by number. */
export function whoText({ joined, left }: Pick<Rebalance, 'joined' | 'left'>): string {
  const parts = joined.length === 0 ? [] : [`${names(joined)} joined`];
  for (const how of ['not-told', 'fenced', 'replaced'] as const) {
    const gone = left.filter((one) => one.how === how);
    if (gone.length > 0) parts.push(`${names(gone)} ${departures[how]}`);
  }
  return parts.length === 0 ? 'The same members' : parts.join('; ');
}

const departures: Readonly<Record<Rebalance['left'][number]['how'], string>> = {
  replaced: 'was fenced: another with its group.instance.id came',
  fenced: 'was fenced, and came back later',
  'not-told': 'left, or its session expired',
};

function names(members: readonly { clientId: string; memberId: string }[]): string {
  const named = members.slice(0, 3).map(({ clientId, memberId }) => clientId || memberId);
  return members.length > named.length
    ? `${named.join(', ')} and ${members.length - named.length} more`
    : named.join(', ');
}
