import type { Broker, PartitionReplicas } from '@odradek/contract';
import type { ReplicaRole } from '@odradek/ui/replica-glyph';
import type { MatrixBroker, MatrixCell, MatrixRow } from '@odradek/ui/replica-matrix';
import type { Tone } from '@odradek/ui/status-badge';
import { keyOf } from './patched-matrix.ts';

/** Which rows are shown. */
export const matrixFilters = ['unhealthy', 'leaderless', 'moving', 'not-preferred'] as const;
export type MatrixFilter = (typeof matrixFilters)[number];

const tests: Readonly<Record<MatrixFilter, (row: PartitionReplicas) => boolean>> = {
  unhealthy: ({ leader, isr, replicas, adding }) =>
    leader === null || replicas.some((id) => !isr.includes(id) && !adding.includes(id)),
  leaderless: ({ leader }) => leader === null,
  moving: ({ adding, removing }) => adding.length + removing.length > 0,
  'not-preferred': ({ leader, replicas }) => leader !== replicas[0],
};

/** How many rows each filter would show. */
export function filterCounts(partitions: readonly PartitionReplicas[]): Record<MatrixFilter, number> {
  const counts = { unhealthy: 0, leaderless: 0, moving: 0, 'not-preferred': 0 };
  for (const row of partitions) {
    for (const filter of matrixFilters) {
      if (tests[filter](row)) counts[filter] += 1;
    }
  }
  return counts;
}

/** Every word must occur in `topic-partition`. */
export function filterPartitions(
  partitions: readonly PartitionReplicas[],
  { filter = '', show }: { filter?: string | undefined; show?: MatrixFilter | undefined },
): readonly PartitionReplicas[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 && show === undefined) return partitions;
  return partitions.filter((row) => {
    if (show !== undefined && !tests[show](row)) return false;
    const name = keyOf(row).toLowerCase();
    return words.every((word) => name.includes(word));
  });
}

/**
 * Makes rows of partitions for a fixed order of brokers, and keeps them: a sample that changed nothing in a partition
 * costs nothing.
 */
export function rowMaker(brokers: readonly number[]): (row: PartitionReplicas) => MatrixRow {
  const made = new WeakMap<PartitionReplicas, MatrixRow>();
  return (partition) => {
    const known = made.get(partition);
    if (known) return known;
    const row = rowOf(partition, brokers);
    made.set(partition, row);
    return row;
  };
}

function rowOf(partition: PartitionReplicas, brokers: readonly number[]): MatrixRow {
  return {
    key: keyOf(partition),
    topic: partition.topic,
    partition: partition.partition,
    cells: brokers.map((id) => cellOf(partition, id)),
    ...matterOf(partition),
    leaderEpoch: partition.leaderEpoch,
  };
}

function cellOf(
  { leader, replicas, isr, offline, adding, removing }: PartitionReplicas,
  id: number,
): MatrixCell | null {
  if (!replicas.includes(id)) return null;
  const role = roleOf(id, { leader, isr, offline });
  const preferred = replicas[0] === id;
  const moving = adding.includes(id) ? 'adding' : removing.includes(id) ? 'removing' : null;
  const parts = [
    words[role],
    role === 'offline' && isr.includes(id) && 'in sync when it was last seen',
    preferred && 'preferred leader',
    moving === 'adding' && 'being added',
    moving === 'removing' && 'being removed',
  ];
  return { role, preferred, moving, label: parts.filter(Boolean).join(', ') };
}

function roleOf(
  id: number,
  { leader, isr, offline }: Pick<PartitionReplicas, 'leader' | 'isr' | 'offline'>,
): ReplicaRole {
  if (leader === id) return 'leader';
  if (offline.includes(id)) return 'offline';
  return isr.includes(id) ? 'in-sync' : 'out-of-sync';
}

const words: Readonly<Record<ReplicaRole, string>> = {
  leader: 'leader',
  'in-sync': 'in sync',
  'out-of-sync': 'out of sync',
  offline: 'offline',
};

/** What is the matter with a partition, the worst first. */
function matterOf({ leader, replicas, isr, offline, adding, removing }: PartitionReplicas): {
  note: string;
  tone: Tone;
} {
  const behind = replicas.filter((id) => !isr.includes(id) && !adding.includes(id) && !offline.includes(id));
  const away = replicas.filter((id) => offline.includes(id));
  const notes = [
    leader === null && 'no leader',
    // A replica can be offline on a broker that is up: its disk, or what it holds, is damaged.
    away.length > 0 && `offline on ${named(away)}`,
    behind.length > 0 && `out of sync on ${named(behind)}`,
    adding.length > 0 && `adding ${adding.join(', ')}`,
    removing.length > 0 && `removing ${removing.join(', ')}`,
    leader !== null && leader !== replicas[0] && `led by ${leader}, not by ${replicas[0]}`,
  ].filter((note) => note !== false);
  const isBehind = away.length + behind.length > 0;
  return { note: notes.join(' · '), tone: leader === null ? 'critical' : isBehind ? 'warn' : 'unknown' };
}

function named(brokers: readonly number[]): string {
  return `${brokers.length === 1 ? 'broker' : 'brokers'} ${brokers.join(', ')}`;
}

/** The columns: every broker, with what it has of the rows shown. */
export function matrixBrokers(brokers: readonly Broker[], rows: readonly MatrixRow[]): MatrixBroker[] {
  return brokers.map((broker, position) => {
    const counts: Record<ReplicaRole, number> = { leader: 0, 'in-sync': 0, 'out-of-sync': 0, offline: 0 };
    for (const { cells } of rows) {
      const role = cells[position]?.role;
      if (role !== undefined) counts[role] += 1;
    }
    return { id: broker.id, ...stateOf(broker), counts };
  });
}

/** Whether a broker is there, in a word: what its process does where we know it, else what the cluster says. */
function stateOf({ status, process }: Broker): { tone: Tone; state: string } {
  if (process !== null && process.state !== 'running') {
    return { tone: processTones[process.state], state: process.state };
  }
  const tones = { up: 'ok', silent: 'warn', fenced: 'critical', absent: 'critical' } as const;
  const states = { up: 'up', silent: 'silent', fenced: 'fenced', absent: 'gone' };
  return { tone: tones[status], state: states[status] };
}

const processTones: Readonly<Record<NonNullable<Broker['process']>['state'], Tone>> = {
  running: 'ok',
  starting: 'unknown',
  stopping: 'unknown',
  paused: 'warn',
  stopped: 'critical',
  failed: 'critical',
};
