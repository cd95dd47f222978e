import { buildBatch } from '../protocol/records.ts';
import { leaderChangeRecord, quorumRecords } from './control-records.ts';
import type { RaftEffect } from './raft-event.ts';

/** The batch with which a leader begins its epoch. */
export function leaderChangeBatch(
  { voters, writesVoters, granting }: Extract<RaftEffect, { kind: 'appendLeaderChange' }>,
  leader: { readonly id: number; readonly timestamp: number },
): Uint8Array {
  const change = leaderChangeRecord({ leaderId: leader.id, voters: voters.map(({ id }) => id), granting });
  const records = writesVoters ? [change, ...quorumRecords(voters)] : [change];
  return buildBatch(
    records.map((record) => ({ ...record, timestamp: leader.timestamp })),
    { isControl: true },
  );
}

/** Records of the controller as one batch: all of them are replayed or none. */
export function recordsBatch(values: readonly Uint8Array[], timestamp: number): Uint8Array {
  return buildBatch(values.map((value) => ({ value, timestamp })));
}
