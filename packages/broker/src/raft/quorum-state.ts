import type { Disk } from '../runtime/disk.ts';
import { readText, replaceFile } from '../runtime/whole-file.ts';
import { LostMetadataError } from './lost-metadata-error.ts';

/** What a voter must never forget: the newest epoch it knows and whom it voted for in it. */
export interface QuorumState {
  readonly leaderEpoch: number;
  /** -1 while nobody has been elected in this epoch. */
  readonly leaderId: number;
  /** -1 before the vote. */
  readonly votedId: number;
  readonly votedDirectoryId: string;
}

const DATA_VERSION = 1;

/** The state in Kafka's `quorum-state` file; null when there is none yet. Throws when the file cannot be understood. */
export async function readQuorumState(disk: Disk, path: string): Promise<QuorumState | null> {
  const text = await readText(disk, path);
  return text === null ? null : parseQuorumState(text, path);
}

/** Replaces the file; durable, with the rename, when it resolves. */
export async function writeQuorumState(disk: Disk, path: string, state: QuorumState): Promise<void> {
  const { leaderId, leaderEpoch, votedId, votedDirectoryId } = state;
  const text = JSON.stringify({
    leaderId,
    leaderEpoch,
    votedId,
    votedDirectoryId,
    data_version: DATA_VERSION,
  });
  await replaceFile(disk, path, new TextEncoder().encode(text));
}

function parseQuorumState(text: string, path: string): QuorumState {
  const parsed: unknown = parseJson(text);
  const leaderId = numberIn(parsed, 'leaderId');
  const leaderEpoch = numberIn(parsed, 'leaderEpoch');
  const votedId = numberIn(parsed, 'votedId');
  const votedDirectoryId = fieldOf(parsed, 'votedDirectoryId') ?? '';
  if (
    numberIn(parsed, 'data_version') !== DATA_VERSION ||
    leaderId === null ||
    leaderEpoch === null ||
    votedId === null ||
    typeof votedDirectoryId !== 'string'
  ) {
    throw new LostMetadataError(`${path} holds no quorum state of version ${DATA_VERSION}: ${text}`);
  }
  return { leaderId, leaderEpoch, votedId, votedDirectoryId };
}

/** A torn or foreign file is reported by the caller with its path; the parser's own words add nothing. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function numberIn(value: unknown, name: string): number | null {
  const field = fieldOf(value, name);
  return Number.isInteger(field) ? Number(field) : null;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (Object.entries(value).find(([key]) => key === name)?.[1] ?? null)
    : null;
}
