import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerMember } from './consumer-member.ts';
import type { ResolvedRegex } from './consumer-records.ts';

/** Topics of all members, those that their regular expressions are known to match included. */
export function subscribedTopics(group: ConsumerGroup): ReadonlySet<string> {
  const topics = new Set<string>();
  for (const member of group.members()) {
    for (const topic of topicsOf(member, (regex) => group.regex(regex))) topics.add(topic);
  }
  return topics;
}

/** Topics of one member, by name and by regular expression. One that is not resolved matches nothing yet. */
export function topicsOf(
  { topicNames, topicRegex }: Pick<ConsumerMember, 'topicNames' | 'topicRegex'>,
  resolved: (regex: string) => ResolvedRegex | undefined,
): readonly string[] {
  const matched = topicRegex === '' ? [] : (resolved(topicRegex)?.topics ?? []);
  if (matched.length === 0) return topicNames;
  return topicNames.length === 0 ? matched : [...new Set([...topicNames, ...matched])];
}
