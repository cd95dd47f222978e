import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { dumpLog } from '@odradek/broker/dump';

/** What the metadata log of a run says happened, with the times at which the controller wrote it. */
export interface MetadataHistory {
  readonly fencings: readonly { readonly broker: number; readonly atMs: number }[];
  readonly unfencings: readonly { readonly broker: number; readonly atMs: number }[];
  readonly leaderChanges: readonly LeaderChange[];
  /** When the in-sync replicas of some partition changed. */
  readonly isrChangeTimes: readonly number[];
  /** Elections of an active controller. */
  readonly controllerChanges: readonly { readonly controller: number; readonly atMs: number }[];
}

export interface LeaderChange {
  readonly partition: number;
  readonly leader: number;
  readonly atMs: number;
}

const FENCED = 1;
const UNFENCED = -1;

/** Reads the metadata log that lies in a log directory, of Apache Kafka or of Odradek. */
export async function metadataHistory(dataDirectory: string): Promise<MetadataHistory> {
  const history = {
    fencings: [] as { broker: number; atMs: number }[],
    unfencings: [] as { broker: number; atMs: number }[],
    leaderChanges: [] as LeaderChange[],
    isrChangeTimes: [] as number[],
    controllerChanges: [] as { controller: number; atMs: number }[],
  };
  const folder = join(dataDirectory, '__cluster_metadata-0');
  const segments = readdirSync(folder).filter((name) => name.endsWith('.log'));
  for (const segment of segments.sort()) {
    for await (const entry of dumpLog(join(folder, segment), { records: true, decoder: 'metadata' })) {
      if (entry.kind !== 'record') continue;
      const { type, data } = entry.control ?? entry.decoded?.value ?? {};
      const fields = (data ?? {}) as Record<string, unknown>;
      const atMs = entry.timestamp;
      if (String(type).startsWith('BROKER_REGISTRATION_CHANGE')) {
        const broker = Number(fields.brokerId);
        if (fields.fenced === FENCED) history.fencings.push({ broker, atMs });
        if (fields.fenced === UNFENCED) history.unfencings.push({ broker, atMs });
      } else if (String(type).startsWith('PARTITION_CHANGE')) {
        if (fields.isr !== undefined && fields.isr !== null) history.isrChangeTimes.push(atMs);
        const leader = Number(fields.leader ?? -2);
        if (leader !== -2)
          history.leaderChanges.push({ partition: Number(fields.partitionId), leader, atMs });
      } else if (fields.leaderId !== undefined) {
        history.controllerChanges.push({ controller: Number(fields.leaderId), atMs });
      }
    }
  }
  return history;
}
