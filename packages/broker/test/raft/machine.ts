import type { Moment, RaftEvent } from '../../src/raft/raft-event.ts';
import { initialRaftState, type RaftIdentity, type RaftState } from '../../src/raft/raft-state.ts';
import { nextWakeMs, type RaftStep, raftStep } from '../../src/raft/raft-step.ts';

/** What the histories are run with: the machine itself, or a copy of it with a fault. */
export interface Machine {
  initialRaftState(identity: RaftIdentity): RaftState;
  raftStep(state: RaftState, event: RaftEvent, moment: Moment): RaftStep;
  nextWakeMs(state: RaftState, nowMs: number): number;
}

export const MACHINE: Machine = { initialRaftState, raftStep, nextWakeMs };
