import type { DecisionNote, Instant } from '../../coordination/coordinator-machine.ts';
import type { LogFields } from '../../runtime/logger.ts';
import type { GroupConfig } from '../group-config.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerRecord } from './consumer-records.ts';
import type { Downgrade } from './downgrade.ts';
import type { GroupTopics } from './group-topics.ts';

/**
 * One event's way through a consumer group. The group stays as it is until the decision is made: then `records` are
 * applied to it, in their order, and written.
 */
export interface ConsumerStep {
  readonly group: ConsumerGroup;
  readonly now: Instant;
  readonly config: GroupConfig;
  readonly topics: GroupTopics;
  readonly records: ConsumerRecord[];
  readonly notes: DecisionNote[];
  /** The group is to go on as a classic one; then `records` are written, and nothing is applied to it. */
  downgrade: (Downgrade & { readonly rebalanceReason: string | null }) | null;
}

/** An event that cannot be: nothing is changed, and the client is told why. */
export interface Refusal {
  readonly errorCode: number;
  readonly message: string | null;
}

export function isRefusal(value: object): value is Refusal {
  return 'errorCode' in value;
}

export function note({ group, notes }: ConsumerStep, message: string, fields: LogFields): void {
  notes.push({ message, fields: { groupId: group.groupId, ...fields } });
}
