import type {
  Answer,
  CoordinatorRecord,
  DecisionNote,
  Instant,
} from '../../coordination/coordinator-machine.ts';
import type { GroupConfig } from '../group-config.ts';
import type { ClassicGroupDraft } from './classic-group.ts';

/** One event's way through a group: the draft it changes, and what is to be written and answered. */
export interface GroupStep {
  readonly group: ClassicGroupDraft;
  readonly now: Instant;
  readonly config: GroupConfig;
  readonly records: CoordinatorRecord[];
  readonly answers: Answer[];
  readonly notes: DecisionNote[];
}
