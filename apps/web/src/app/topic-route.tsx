import type { ReactNode } from 'react';
import { ProduceDialog } from '../features/records/produce-dialog.tsx';
import { RecordsView } from '../features/records/records-view.tsx';
import { TopicPage } from '../features/topics/topic-page.tsx';

/** The topic's page, with the records feature in the places it keeps for it. */
export function TopicRoute(): ReactNode {
  return <TopicPage records={<RecordsView />} produce={<ProduceDialog />} />;
}
