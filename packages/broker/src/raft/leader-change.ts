import { withBatch } from './epoch-log.ts';
import { type RaftState, votersOf } from './raft-state.ts';
import { hasDirectory } from './replica-key.ts';
import type { Turn } from './turn.ts';
import { isSameSet, NOT_IN_LOG, type VoterNode } from './voter-set.ts';

/** The leader change alone, or with the version of the quorum's rules and the voters. */
const RECORDS = 1;
const RECORDS_WITH_VOTERS = 3;

/** Only a record of its own epoch lets a leader commit what earlier ones left behind (Raft §5.4.2). */
export function appendLeaderChange(turn: Turn, granting: readonly number[]): void {
  const { epoch, log, voterSets } = turn.state;
  const voters = votersWithOwnEndpoints(turn.state);
  const isRecorded = voterSets.at(-1)?.offset !== NOT_IN_LOG && isSameSet(voters, votersOf(turn.state));
  const writesVoters = !isRecorded && voters.every(hasDirectory);
  const baseOffset = log.endOffset;
  const lastOffset = baseOffset + (writesVoters ? RECORDS_WITH_VOTERS : RECORDS) - 1;
  turn.update({
    log: withBatch(log, { lastOffset, epoch }),
    ...(writesVoters && { voterSets: [...voterSets, { offset: lastOffset, voters }] }),
  });
  turn.emit({ kind: 'appendLeaderChange', baseOffset, epoch, granting, voters, writesVoters });
  flushLog(turn);
}

/** A node that came back on another port says so with its first record. */
function votersWithOwnEndpoints(state: RaftState): readonly VoterNode[] {
  const { self } = state.identity;
  return votersOf(state).map((voter) => (voter.id === self.id ? self : voter));
}

export function flushLog(turn: Turn): void {
  const { endOffset, truncations } = turn.state.log;
  turn.emit({ kind: 'flush', endOffset, truncations });
}
