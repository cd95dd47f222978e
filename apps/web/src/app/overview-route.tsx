import type { ReactNode } from 'react';
import { EventFeed } from '../features/events/event-feed.tsx';
import { OverviewPage } from '../features/overview/overview-page.tsx';

const SHOWN_EVENTS = 8;

/** The overview, with the newest events in the place it keeps for them. */
export function OverviewRoute(): ReactNode {
  return <OverviewPage events={<EventFeed most={SHOWN_EVENTS} />} />;
}
