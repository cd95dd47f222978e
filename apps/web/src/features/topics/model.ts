import type { TopicReader, TopicSummary } from '@odradek/contract';
import { urgencyOf } from '../../shared/verdict-order.ts';

export interface TopicFilter {
  filter?: string | undefined;
  show?: 'leaderless' | 'under-replicated' | undefined;
  internal?: boolean | undefined;
}

/** Every word of the filter must occur in the name. Internal topics are shown only when asked for, or when broken. */
export function filterTopics(
  topics: readonly TopicSummary[],
  { filter = '', show, internal }: TopicFilter,
): TopicSummary[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return topics.filter((topic) => {
    if (show === 'leaderless' && topic.leaderless === 0) return false;
    if (show === 'under-replicated' && topic.underReplicated === 0) return false;
    if (topic.internal && !internal && !show) return false;
    return words.every((word) => topic.name.toLowerCase().includes(word));
  });
}

export interface TopicHealth {
  tone: 'ok' | 'warn' | 'critical';
  word: string;
}

/** Whether every partition can be written and is safe. */
export function healthOf({
  leaderless,
  underReplicated,
}: Pick<TopicSummary, 'leaderless' | 'underReplicated'>): TopicHealth {
  if (leaderless > 0) return { tone: 'critical', word: `${leaderless} leaderless` };
  if (underReplicated > 0) return { tone: 'warn', word: `${underReplicated} under-replicated` };
  return { tone: 'ok', word: 'Healthy' };
}

/** The reader a list shows for its topic: the one that needs a look first. */
export function worstReader(readers: readonly TopicReader[]): TopicReader | null {
  return readers.reduce<TopicReader | null>((worst, reader) => {
    if (!worst) return reader;
    return urgencyOf(reader.verdict, reader.lag) > urgencyOf(worst.verdict, worst.lag) ? reader : worst;
  }, null);
}
