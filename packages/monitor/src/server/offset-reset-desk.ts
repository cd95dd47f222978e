import type { LastReset, ResetGoal, ResetOutcome, ResetPlan, ResetRequest } from '@odradek/contract';
import type { Clock } from '../clock.ts';
import { readMetadata } from '../cluster-client/read-metadata.ts';
import {
  moveOffsets,
  type OffsetMove,
  type OffsetsMoved,
  planOffsetReset,
} from '../offset-reset/reset-offsets.ts';
import type { ClusterSampler } from '../sampler/cluster-sampler.ts';
import type { KeptReset, ResetLog } from '../store/reset-log.ts';
import { ConsoleError } from './console-error.ts';

/** Resets of committed offsets: planned, carried out, undone once. */
export class OffsetResetDesk {
  readonly #log: ResetLog;
  readonly #clock: Clock;

  constructor(log: ResetLog, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  async plan(sampler: ClusterSampler, group: string, goal: ResetGoal): Promise<ResetPlan> {
    const { requests } = await sampler.connection();
    const { metadata } = await readMetadata(requests);
    return planOffsetReset(requests, metadata, group, goal);
  }

  /** Throws GROUP_ACTIVE and OFFSETS_CHANGED, with nothing changed. */
  async carryOut(
    sampler: ClusterSampler,
    group: string,
    partitions: ResetRequest['partitions'],
  ): Promise<ResetOutcome> {
    const { outcome, moved } = await this.#move(sampler, group, partitions);
    const kept = moved.flatMap(({ after, ...one }) => (after === null ? [] : [{ ...one, after }]));
    if (kept.length > 0) this.#log.add(sampler.definition.name, group, this.#clock.now(), kept);
    await sampler.freshSample();
    return outcome;
  }

  /** The last reset of the group that was done here, and whether it can be undone, as of the last sample. */
  last(sampler: ClusterSampler, group: string): LastReset {
    const kept = this.#log.last(sampler.definition.name, group);
    if (kept === null) return { reset: null };
    const { id, at, partitions } = kept;
    return { reset: { id, at, partitions: [...partitions], cannotUndo: whyNotUndo(sampler, group, kept) } };
  }

  /** Puts back what was there before. Throws NOT_UNDOABLE, GROUP_ACTIVE and OFFSETS_CHANGED, with nothing changed. */
  async undo(sampler: ClusterSampler, group: string, id: number): Promise<ResetOutcome> {
    const kept = this.#log.last(sampler.definition.name, group);
    if (kept?.id !== id || kept.undoneAt !== null) {
      throw new ConsoleError(
        409,
        'NOT_UNDOABLE',
        'Only the last reset of a group can be undone, and only once.',
      );
    }
    const back = kept.partitions.map(({ before, after, ...one }) => ({
      ...one,
      before: after,
      after: before,
    }));
    const { outcome } = await this.#move(sampler, group, back);
    if (outcome.changed > 0) this.#log.markUndone(id, this.#clock.now());
    await sampler.freshSample();
    return outcome;
  }

  async #move(sampler: ClusterSampler, group: string, moves: readonly OffsetMove[]) {
    const { requests } = await sampler.connection();
    const { metadata } = await readMetadata(requests);
    const moved = await moveOffsets(requests, metadata, group, moves);
    if (moved.kind !== 'done') throw refusal(group, moved);
    return moved;
  }
}

function whyNotUndo(
  { state }: ClusterSampler,
  group: string,
  { undoneAt, partitions }: KeptReset,
): 'undone' | 'committed-since' | null {
  if (undoneAt !== null) return 'undone';
  const commits = state.consumerOffsets.partitionsOf(group);
  const isAsLeft = partitions.every(
    ({ topic, partition, after }) => commits.get(topic, partition)?.committed.offset === after,
  );
  return isAsLeft ? null : 'committed-since';
}

function refusal(group: string, moved: Exclude<OffsetsMoved, { kind: 'done' }>): ConsoleError {
  if (moved.kind === 'active') {
    const { members, state } = moved.active;
    const names = members.slice(0, 3).map(({ clientId, host }) => `${clientId} (${host.replace(/^\//, '')})`);
    const some = members.length > names.length ? `${names.join(', ')}, …` : names.join(', ');
    const who =
      members.length === 0
        ? `The group is ${state}`
        : `The group is ${state}, with ${members.length === 1 ? '1 member' : `${members.length} members`}: ${some}`;
    return new ConsoleError(
      409,
      'GROUP_ACTIVE',
      `${who}. Members would commit over what is set; stop them all first.`,
    );
  }
  const { topic, partition, before } = moved.partition;
  return new ConsoleError(
    409,
    'OFFSETS_CHANGED',
    `${group} has committed since this was planned: ${topic}-${partition} is at ${moved.now ?? 'no offset'}, not at ${before ?? 'no offset'}. Nothing was changed.`,
  );
}
