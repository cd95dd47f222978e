export const GROUP_METADATA_TOPIC = '__consumer_offsets';
export const TRANSACTION_STATE_TOPIC = '__transaction_state';
export const SHARE_GROUP_STATE_TOPIC = '__share_group_state';
export const CLUSTER_METADATA_TOPIC = '__cluster_metadata';

const INTERNAL_TOPICS: ReadonlySet<string> = new Set([
  GROUP_METADATA_TOPIC,
  TRANSACTION_STATE_TOPIC,
  SHARE_GROUP_STATE_TOPIC,
]);

const MAX_LENGTH = 249;

/** Topics that coordinators keep their state in; clients may read but not write them. */
export function isInternalTopic(name: string): boolean {
  return INTERNAL_TOPICS.has(name);
}

/** Why Kafka refuses the name (INVALID_TOPIC_EXCEPTION), in its words; null when the name is fine. */
export function invalidTopicName(name: string): string | null {
  if (name === '') {
    return 'Topic name is invalid: the empty string is not allowed';
  }
  if (name === '.' || name === '..') {
    return `Topic name is invalid: '${name}' is not allowed`;
  }
  if (name.length > MAX_LENGTH) {
    return `Topic name is invalid: the length of '${name}' is longer than the max allowed length ${MAX_LENGTH}`;
  }
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) {
    return `Topic name is invalid: '${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`;
  }
  return null;
}

/** Names with the same key collide, because metrics cannot tell `.` from `_`. */
export function collisionKey(name: string): string {
  return name.replaceAll('.', '_');
}
