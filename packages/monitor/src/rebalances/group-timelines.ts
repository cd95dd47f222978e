import type { GroupTimeline } from '@odradek/contract';
import type { GroupDescription, ListedGroup } from '../cluster-client/group-description.ts';
import type { KeptTimeline } from '../store/timeline-store.ts';
import type { GroupRecord, GroupRecords } from './group-records.ts';
import { type GroupShape, isSameShape, isSettledState, shapeOfDescription } from './group-shape.ts';
import { RebalanceWatch } from './rebalance-watch.ts';
import { RecordedGroup, type TopicNames } from './recorded-group.ts';

/** What one sample saw of groups, besides their records. */
export interface SeenGroups {
  readonly at: number;
  /** The sample before; null where there was none. */
  readonly since: number | null;
  readonly listed: ReadonlyMap<string, ListedGroup>;
  readonly descriptions: readonly GroupDescription[];
  readonly source: GroupTimeline['source'];
  /** Every broker has listed its groups: one that is missing is gone. */
  readonly isComplete: boolean;
}

interface Watched {
  readonly watch: RebalanceWatch;
  readonly recorded: RecordedGroup;
  /** Records up to here are in it. */
  order: number;
  recordedAt: number;
  /** From when on rebalances are known. */
  readonly since: number;
  /** Descriptions in a row that did not look like what the records say. */
  mismatches: number;
}

/** So many descriptions in a row that differ from the records are believed: one may be older than the newest record. */
const MISMATCHES_MAX = 2;

/** The rebalances of a cluster's groups: from the coordinators' own records where they can be read, else from samples. */
export class GroupTimelines {
  readonly #groups = new Map<string, Watched>();
  readonly #changed = new Set<string>();
  #source: GroupTimeline['source'] = 'sampled';

  /** Puts back what an earlier run kept. */
  restore(kept: ReadonlyMap<string, KeptTimeline>): void {
    for (const [group, { order, recordedAt, since, ...rebalances }] of kept) {
      const watch = new RebalanceWatch(rebalances);
      this.#groups.set(group, { ...fresh(since), watch, order, recordedAt });
    }
  }

  get source(): GroupTimeline['source'] {
    return this.#source;
  }

  /** Null where nothing has been seen of the group. */
  of(group: string): { readonly watch: RebalanceWatch; readonly since: number } | null {
    return this.#groups.get(group) ?? null;
  }

  /** Takes in what coordinators have written, in order. */
  applyRecords(batches: readonly GroupRecords[], nameOf: TopicNames): void {
    for (const { at, order, changes } of batches) {
      for (const [group, records] of Map.groupBy(changes, ({ group }) => group)) {
        const watched = this.#watched(group, at);
        if (order <= watched.order && at <= watched.recordedAt) continue;
        for (const record of groupsFirst(records)) watched.recorded.apply(record, nameOf);
        watched.order = order;
        watched.recordedAt = at;
        const { shape } = watched.recorded;
        if (shape !== null && watched.watch.observe(shape, { at, since: null })) this.#changed.add(group);
      }
    }
  }

  /** Takes in what a sample saw. */
  applySample(seen: SeenGroups): void {
    this.#source = seen.source;
    for (const { group, type, state } of seen.listed.values()) {
      const watched = this.#groups.get(group);
      if (type === 'classic' && watched?.watch.observeState(isSettledState(state), seen.at) === true) {
        this.#changed.add(group);
      }
    }
    for (const description of seen.descriptions) this.#compare(description, seen);
    if (!seen.isComplete) return;
    for (const group of this.#groups.keys()) {
      if (seen.listed.has(group)) continue;
      this.#groups.delete(group);
      this.#changed.add(group);
    }
  }

  /** What has changed since the last call, to be kept; null for a group that is gone. */
  takeChanged(): Map<string, KeptTimeline | null> {
    const changed = new Map(
      [...this.#changed].map((group): [string, KeptTimeline | null] => {
        const watched = this.#groups.get(group);
        if (watched === undefined) return [group, null];
        const { watch, order, recordedAt, since } = watched;
        return [group, { ...watch.kept, order, recordedAt, since }];
      }),
    );
    this.#changed.clear();
    return changed;
  }

  #compare(description: GroupDescription, { at, since, listed, source }: SeenGroups): void {
    const { group } = description;
    const watched = this.#watched(group, at);
    const shape = shapeOfDescription(description, listed.get(group)?.type ?? 'classic');
    if (source === 'sampled' || !watched.recorded.isKnown || this.#isBelieved(watched, shape)) {
      if (source === 'offsets-topic') watched.recorded.describedAs(description);
      const seenSettled = watched.watch.kept.settledAt;
      const isNew = watched.watch.observe(shape, { at, since: since ?? seenSettled });
      if (isNew || seenSettled === null) this.#changed.add(group);
    }
  }

  /** Records are what counts, unless the coordinator keeps on saying something else. */
  #isBelieved(watched: Watched, described: GroupShape): boolean {
    const recorded = watched.recorded.shape;
    const differs = recorded !== null && described.isSettled && !isSameShape(recorded, described);
    watched.mismatches = differs ? watched.mismatches + 1 : 0;
    if (watched.mismatches < MISMATCHES_MAX) return false;
    watched.mismatches = 0;
    return true;
  }

  #watched(group: string, at: number): Watched {
    const known = this.#groups.get(group);
    if (known !== undefined) return known;
    const watched = fresh(at);
    this.#groups.set(group, watched);
    return watched;
  }
}

/** A coordinator writes who has joined before it writes that there is a group. */
function groupsFirst(records: readonly GroupRecord[]): GroupRecord[] {
  const isOfGroup = ({ kind }: GroupRecord) => kind === 'classic' || kind === 'epoch';
  return [...records.filter(isOfGroup), ...records.filter((record) => !isOfGroup(record))];
}

function fresh(since: number): Watched {
  return {
    watch: new RebalanceWatch(),
    recorded: new RecordedGroup(),
    order: -1,
    recordedAt: 0,
    since,
    mismatches: 0,
  };
}
