import type { ReactNode } from 'react';
import { EventFeed } from '../features/events/event-feed.tsx';
import { ReplicasPage } from '../features/replicas/replicas-page.tsx';

/** The matrix, with all events below it. */
export function ReplicasRoute(): ReactNode {
  return <ReplicasPage events={<EventFeed />} />;
}
