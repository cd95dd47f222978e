import type { GroupMember, GroupType } from '@odradek/contract';

/** A group as ListGroups names it. */
export interface ListedGroup {
  readonly group: string;
  readonly type: GroupType;
  /** Kafka's state; `Unknown` from brokers that do not list it. */
  readonly state: string;
  readonly protocolType: string;
  /** The broker that listed it, which coordinates it. */
  readonly coordinator: number;
}

/** What a group's coordinator says of it. */
export interface GroupDescription {
  readonly group: string;
  readonly state: string;
  readonly protocolType: string | null;
  readonly assignor: string | null;
  /** Null for classic groups, here and below. */
  readonly groupEpoch: number | null;
  readonly assignmentEpoch: number | null;
  readonly members: readonly GroupMember[];
}

/** Descriptions by group, and of those that were refused, why: a sentence. */
export interface GroupDescriptions {
  readonly described: readonly GroupDescription[];
  readonly refused: ReadonlyMap<string, string>;
}
