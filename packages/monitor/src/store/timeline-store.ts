import { rebalance } from '@odradek/contract';
import * as z from 'zod';
import type { KeptRebalances } from '../rebalances/rebalance-watch.ts';
import type { HistoryDatabase } from './database.ts';

/** The rebalances of one group, and how far its records were read. */
export interface KeptTimeline extends KeptRebalances {
  readonly order: number;
  readonly recordedAt: number;
  readonly since: number;
}

const member = z.object({
  clientId: z.string(),
  instanceId: z.string().nullable(),
  host: z.string(),
  partitions: z.array(z.string()),
});

const keptTimeline = z.object({
  order: z.number(),
  recordedAt: z.number(),
  since: z.number(),
  settledAt: z.number().nullable(),
  rebalances: z.array(rebalance),
  settled: z
    .object({
      kind: rebalance.shape.kind,
      epoch: z.number().nullable(),
      isSettled: z.boolean(),
      members: z.array(z.tuple([z.string(), member])),
    })
    .nullable(),
});

/** Keeps what happened in groups, so that a restart forgets none of it. */
export class TimelineStore {
  readonly #database: HistoryDatabase;

  constructor(database: HistoryDatabase) {
    this.#database = database;
  }

  load(cluster: string): Map<string, KeptTimeline> {
    const rows = this.#database
      .prepare<[string], { group: string; timeline: string }>(
        'SELECT group_id AS "group", timeline FROM group_timeline WHERE cluster = ?',
      )
      .all(cluster);
    return new Map(rows.map(({ group, timeline }) => [group, unpacked(timeline)]));
  }

  /** Null: the group is gone. */
  save(cluster: string, timelines: ReadonlyMap<string, KeptTimeline | null>): void {
    if (timelines.size === 0) return;
    const put = this.#database.prepare(
      'INSERT OR REPLACE INTO group_timeline (cluster, group_id, timeline) VALUES (?, ?, ?)',
    );
    const remove = this.#database.prepare('DELETE FROM group_timeline WHERE cluster = ? AND group_id = ?');
    this.#database.transaction(() => {
      for (const [group, timeline] of timelines) {
        if (timeline === null) remove.run(cluster, group);
        else put.run(cluster, group, packed(timeline));
      }
    })();
  }
}

function packed({ settled, ...timeline }: KeptTimeline): string {
  const members = [...(settled?.members ?? [])].map(([id, { partitions, ...one }]) => [
    id,
    { ...one, partitions: [...partitions] },
  ]);
  return JSON.stringify({ ...timeline, settled: settled && { ...settled, members } });
}

function unpacked(text: string): KeptTimeline {
  const { settled, ...timeline } = keptTimeline.parse(JSON.parse(text));
  if (settled === null) return { ...timeline, settled };
  return {
    ...timeline,
    settled: {
      ...settled,
      members: new Map(
        settled.members.map(([id, one]) => [id, { ...one, partitions: new Set(one.partitions) }]),
      ),
    },
  };
}
