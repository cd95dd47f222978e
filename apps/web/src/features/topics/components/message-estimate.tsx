import type { TopicSummary } from '@odradek/contract';
import { Quantity } from '@odradek/ui/quantity';
import type { ReactNode } from 'react';

/** End minus start offsets. On a compacted topic that is no count of messages, and it says so. */
export function MessageEstimate({
  topic,
}: {
  topic: Pick<TopicSummary, 'messageEstimate' | 'compacted'>;
}): ReactNode {
  if (!topic.compacted || topic.messageEstimate === null) return <Quantity value={topic.messageEstimate} />;
  return (
    <span title="Compaction removes records: this is the span of offsets, an upper bound">
      ≤ <Quantity value={topic.messageEstimate} /> estimate
    </span>
  );
}
