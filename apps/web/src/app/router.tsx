import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { BrokersPage } from '../features/brokers/brokers-page.tsx';
import { brokersSearch } from '../features/brokers/search.ts';
import { GroupListPage } from '../features/groups/group-list-page.tsx';
import { groupListSearch, groupSearch } from '../features/groups/search.ts';
import { ClusterListPage } from '../features/overview/cluster-list-page.tsx';
import { QuorumPage } from '../features/quorum/quorum-page.tsx';
import { replicasSearch } from '../features/replicas/search.ts';
import { SettingsPage } from '../features/settings/settings-page.tsx';
import { topicListSearch, topicSearch } from '../features/topics/search.ts';
import { TopicListPage } from '../features/topics/topic-list-page.tsx';
import { transactionsSearch } from '../features/transactions/search.ts';
import { TransactionsPage } from '../features/transactions/transactions-page.tsx';
import { ClusterLayout } from './cluster-layout.tsx';
import { OverviewRoute } from './overview-route.tsx';
import { NotFound, PageFailure } from './page-failure.tsx';
import { ReplicasRoute } from './replicas-route.tsx';
import { RootLayout } from './root-layout.tsx';
import { TopicRoute } from './topic-route.tsx';

const root = createRootRoute({
  component: RootLayout,
  notFoundComponent: NotFound,
  errorComponent: PageFailure,
});

const clusters = createRoute({ getParentRoute: () => root, path: '/', component: ClusterListPage });
const settings = createRoute({ getParentRoute: () => root, path: '/settings', component: SettingsPage });

const cluster = createRoute({ getParentRoute: () => root, path: '/c/$cluster', component: ClusterLayout });

const overview = createRoute({ getParentRoute: () => cluster, path: '/', component: OverviewRoute });
const topics = createRoute({
  getParentRoute: () => cluster,
  path: '/topics',
  validateSearch: topicListSearch,
  component: TopicListPage,
});
const topic = createRoute({
  getParentRoute: () => cluster,
  path: '/topics/$topic',
  validateSearch: topicSearch,
  component: TopicRoute,
});
const groups = createRoute({
  getParentRoute: () => cluster,
  path: '/groups',
  validateSearch: groupListSearch,
  component: GroupListPage,
});
const group = createRoute({
  getParentRoute: () => cluster,
  path: '/groups/$group',
  validateSearch: groupSearch,
  // The only page that needs the chart library.
  component: lazyRouteComponent(() => import('../features/groups/group-page.tsx'), 'GroupPage'),
});
const transactions = createRoute({
  getParentRoute: () => cluster,
  path: '/transactions',
  validateSearch: transactionsSearch,
  component: TransactionsPage,
});
const brokers = createRoute({
  getParentRoute: () => cluster,
  path: '/brokers',
  validateSearch: brokersSearch,
  component: BrokersPage,
});

const quorum = createRoute({ getParentRoute: () => cluster, path: '/quorum', component: QuorumPage });
const replicas = createRoute({
  getParentRoute: () => cluster,
  path: '/replicas',
  validateSearch: replicasSearch,
  component: ReplicasRoute,
});

const routeTree = root.addChildren([
  clusters,
  settings,
  cluster.addChildren([overview, topics, topic, groups, group, transactions, replicas, brokers, quorum]),
]);

/** The addresses of the console. Search parameters are validated; what is not understood is left out. */
export function createConsoleRouter() {
  return createRouter({ routeTree, scrollRestoration: true, defaultErrorComponent: PageFailure });
}

export type ConsoleRouter = ReturnType<typeof createConsoleRouter>;

declare module '@tanstack/react-router' {
  interface Register {
    router: ConsoleRouter;
  }
}
