import type { ClusterChange, PartitionsNamed } from '@odradek/contract';
import type { Tone } from '@odradek/ui/status-badge';

export interface EventText {
  tone: Tone;
  /** One sentence without its partitions. */
  text: string;
  /** The partitions it happened to; null where it happened to a broker. */
  partitions: PartitionsNamed | null;
}

/** A change of a cluster in words. */
export function eventText(change: ClusterChange): EventText {
  switch (change.kind) {
    case 'watching-began':
      return ofCluster('unknown', 'The console began to watch. What happened before is not known.');
    case 'broker-up':
      return ofCluster('ok', `Broker ${change.brokerId} joined at ${change.address}.`);
    case 'broker-down':
      return ofCluster(
        'critical',
        change.isFenced
          ? `Broker ${change.brokerId} was fenced: the cluster does not count on it any more.`
          : `Broker ${change.brokerId} left the cluster.`,
      );
    case 'broker-silent':
      return ofCluster('warn', `Broker ${change.brokerId} does not answer. ${change.message}`);
    case 'broker-answers':
      return ofCluster('ok', `Broker ${change.brokerId} answers again.`);
    case 'broker-process':
      return processText(change);
    case 'controller-moved':
      return controllerText(change);
    case 'leader-moved':
      return leaderText(change);
    case 'isr-shrunk':
      return ofPartitions('warn', `${brokers(change.brokers)} fell out of sync.`, change.partitions);
    case 'isr-expanded':
      return ofPartitions('ok', `${brokers(change.brokers)} caught up and is in sync.`, change.partitions);
    case 'reassignment-began':
      return ofPartitions(
        'unknown',
        `Replicas began to move: ${moved(change.adding, change.removing)}.`,
        change.partitions,
      );
    case 'reassignment-ended':
      return ofPartitions(
        'ok',
        `Replicas have moved: ${moved(change.added, change.removed)}.`,
        change.partitions,
      );
    case 'reassignment-cancelled':
      return ofPartitions(
        'warn',
        `A move was given up: ${moved(change.adding, change.removing)}.`,
        change.partitions,
      );
    default:
      return change satisfies never;
  }
}

function ofCluster(tone: Tone, text: string): EventText {
  return { tone, text, partitions: null };
}

function ofPartitions(tone: Tone, text: string, partitions: PartitionsNamed): EventText {
  return { tone, text, partitions };
}

type Of<Kind extends ClusterChange['kind']> = Extract<ClusterChange, { kind: Kind }>;

function processText({ brokerId, process: { state, pid, reason } }: Of<'broker-process'>): EventText {
  const tones = { running: 'ok', starting: 'unknown', stopping: 'unknown', paused: 'warn' } as const;
  const tone = state in tones ? tones[state as keyof typeof tones] : 'critical';
  const name = pid === null ? '' : ` (process ${pid})`;
  const why = reason === null ? '' : `: ${reason}`;
  return ofCluster(tone, `Broker ${brokerId} is ${state}${name}${why}${why.endsWith('.') ? '' : '.'}`);
}

function controllerText({ from, to, epoch }: Of<'controller-moved'>): EventText {
  if (to === null) return ofCluster('critical', 'There is no active controller.');
  const before = from === null ? '' : ` in place of ${from}`;
  return ofCluster(
    'unknown',
    `${to} is the active controller${before}${epoch === null ? '' : `, epoch ${epoch}`}.`,
  );
}

function leaderText({ from, to, leaderEpoch, partitions }: Of<'leader-moved'>): EventText {
  const epoch =
    leaderEpoch === null ? '' : `, leader epoch ${partitions.total > 1 ? 'up to ' : ''}${leaderEpoch}`;
  if (to === null)
    return ofPartitions('critical', `Broker ${from} stopped leading, and nobody leads${epoch}.`, partitions);
  if (from === null) return ofPartitions('ok', `Broker ${to} leads, where nobody did${epoch}.`, partitions);
  if (from === to)
    return ofPartitions('unknown', `Broker ${to} was elected leader again${epoch}.`, partitions);
  return ofPartitions('unknown', `The leader moved from broker ${from} to ${to}${epoch}.`, partitions);
}

function brokers(ids: readonly number[]): string {
  return ids.length === 1 ? `Broker ${ids[0]}` : `Brokers ${ids.join(', ')}`;
}

function moved(adding: readonly number[], removing: readonly number[]): string {
  const parts = [
    adding.length > 0 && `to ${brokers(adding).toLowerCase()}`,
    removing.length > 0 && `away from ${brokers(removing).toLowerCase()}`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? 'in another order' : parts.join(', ');
}
