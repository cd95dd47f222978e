import { ErrorCode } from '../../protocol/errors.ts';
import { compilePattern } from '../../runtime/re2.ts';
import type { ConsumerMember } from './consumer-member.ts';
import type { ConsumerRecord, ResolvedRegex } from './consumer-records.ts';
import { type ConsumerStep, note, type Refusal } from './consumer-step.ts';
import { bumpEpoch } from './group-epoch.ts';
import type { Visibility } from './group-topics.ts';
import { topicsOf } from './subscriptions.ts';

/** Two looks at all topics are at least so far apart. */
const RESOLUTION_INTERVAL_MIN_MS = 10_000;

export type RegexChange = 'none' | 'unresolved' | 'resolved';

/** A regular expression that nobody had so far must be one. */
export function invalidRegex({ group }: ConsumerStep, regex: string): Refusal | null {
  if (regex === '' || subscriberCount(group.members(), regex) > 0) return null;
  const compiled = compilePattern(regex);
  if (compiled.kind === 'compiled') return null;
  return {
    errorCode: ErrorCode.INVALID_REGULAR_EXPRESSION,
    message: `SubscribedTopicRegex \`${regex}\` is not a valid regular expression: ${compiled.reason}.`,
  };
}

/**
 * A member changes its regular expression, or merely sends a heartbeat: forgets one that nobody has any more, and
 * asks for all of the group's to be resolved when one is new, topics were created, or the last time is long ago.
 */
export function updateRegexes(
  step: ConsumerStep,
  { former, updated, visible }: { former: ConsumerMember; updated: ConsumerMember; visible: Visibility },
): RegexChange {
  const { group, records } = step;
  const before = former.topicRegex;
  const after = updated.topicRegex;
  let change: RegexChange = 'none';
  let isNew = false;
  if (before !== after) {
    change = 'unresolved';
    if (before !== '' && subscriberCount(group.members(), before) === 1) {
      records.push({ kind: 'consumer-regex', groupId: group.groupId, regex: before, value: null });
    }
    if (after === '' || group.regex(after) !== undefined) change = 'resolved';
    isNew = after !== '' && subscriberCount(group.members(), after) === 0;
  }
  if (shouldResolve(step, former, updated, isNew)) group.resolveRegexes(visible);
  return change;
}

function shouldResolve(
  { config, group, now, topics }: ConsumerStep,
  former: ConsumerMember,
  updated: ConsumerMember,
  isNew: boolean,
): boolean {
  const inUse = new Set<string>(updated.topicRegex === '' ? [] : [updated.topicRegex]);
  for (const { memberId, topicRegex } of group.members()) {
    if (topicRegex !== '' && memberId !== former.memberId && memberId !== updated.memberId)
      inUse.add(topicRegex);
  }
  if (inUse.size === 0 || group.isResolving) return false;
  const [last] = [...group.regexes()].map(([, resolved]) => resolved);
  if (last === undefined) return true;
  if (now.wallMs <= last.resolvedAtMs + RESOLUTION_INTERVAL_MIN_MS) return false;
  const known = [...group.regexes()].length;
  return (
    isNew ||
    inUse.size !== known ||
    last.version < topics.newTopicsVersion ||
    now.wallMs > last.resolvedAtMs + config.consumer.regexRefreshIntervalMs
  );
}

/** Matches all topics with the members' regular expressions; the group's epoch grows when that finds others. */
export function resolveRegexes(step: ConsumerStep, visible: Visibility): void {
  const { group, now, records, topics } = step;
  const regexes = new Set([...group.members()].map(({ topicRegex }) => topicRegex));
  regexes.delete('');
  const resolved = new Map<string, ResolvedRegex>();
  let changed = false;
  for (const regex of regexes) {
    const compiled = compilePattern(regex);
    const matched =
      compiled.kind === 'invalid'
        ? []
        : [...topics.names()].filter((name) => compiled.matches(name) && visible(name)).sort();
    const value = { topics: matched, version: topics.version, resolvedAtMs: now.wallMs };
    const former = group.regex(regex);
    changed ||= former === undefined ? matched.length > 0 : former.topics.join() !== matched.join();
    resolved.set(regex, value);
    const record: ConsumerRecord = { kind: 'consumer-regex', groupId: group.groupId, regex, value };
    records.push(record);
  }
  if (regexes.size === 0) return;
  const names = new Set<string>();
  for (const member of group.members()) {
    for (const topic of topicsOf(member, (regex) => resolved.get(regex))) names.add(topic);
  }
  const hash = topics.hashOf(names);
  note(step, 'consumer group has resolved its regular expressions', { regexes: regexes.size, changed });
  if (!changed && hash === group.metadataHash) return;
  group.look(topics, bumpEpoch(step, hash, 'regular expressions were resolved'));
}

function subscriberCount(members: Iterable<ConsumerMember>, regex: string): number {
  let count = 0;
  for (const { topicRegex } of members) if (topicRegex === regex) count += 1;
  return count;
}
