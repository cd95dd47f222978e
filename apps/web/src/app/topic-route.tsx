import type { ReactNode } from 'react';
import { ProduceDialog } from '../features/records/produce-dialog.tsx';
import { RecordsView } from '../features/records/records-view.tsx';
import { TopicReplicas } from '../features/replicas/topic-replicas.tsx';
import { TopicPage } from '../features/topics/topic-page.tsx';

/** The topic's page, with the features of records and replicas in the places it keeps for them. */
export function TopicRoute(): ReactNode {
  return <TopicPage records={<RecordsView />} replicas={<TopicReplicas />} produce={<ProduceDialog />} />;
}
