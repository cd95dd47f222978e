import { AppShell, NavigationLabel } from '@odradek/ui/app-shell';
import type { IconName } from '@odradek/ui/icon';
import { Notice } from '@odradek/ui/notice';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ApiError } from '../shared/api-error.ts';
import { useConsole } from '../shared/console-context.tsx';
import { clusterListOptions } from '../shared/live-lists.ts';
import { useListInterval } from '../shared/refresh.tsx';
import { useRefusal } from '../shared/token.ts';
import { ClusterSwitcher } from './cluster-switcher.tsx';
import { CommandPalette } from './command-palette.tsx';
import { ConnectionStatus } from './connection-status.tsx';
import { useLiveUpdates } from './live-updates.ts';
import { TokenPage } from './token-page.tsx';

/** The frame around every page; without a valid token, the page that asks for it, at the same address. */
export function RootLayout(): ReactNode {
  const { api, tokens } = useConsole();
  const refusal = useRefusal(tokens);
  useLiveUpdates();
  const clusters = useQuery({
    ...clusterListOptions(api),
    refetchInterval: useListInterval(),
    enabled: refusal === null,
  });
  const { cluster } = useParams({ strict: false });
  if (refusal) return <TokenPage refusal={refusal} />;
  const current = cluster ?? clusters.data?.clusters[0]?.name;
  const silent = clusters.error instanceof ApiError && clusters.error.code === 'CONSOLE_UNREACHABLE';
  return (
    <AppShell
      cluster={<ClusterSwitcher clusters={clusters.data?.clusters ?? []} current={current} silent={silent} />}
      finder={<CommandPalette clusters={clusters.data?.clusters ?? []} current={current} />}
      navigation={current === undefined ? [settingsLink] : [...clusterLinks(current), settingsLink]}
      status={<ConnectionStatus silent={silent} />}
      notice={silent && <ServerSilent />}
    >
      <Outlet />
    </AppShell>
  );
}

function ServerSilent(): ReactNode {
  return (
    <Notice tone="critical">
      The console’s server does not answer. What is shown is as old as it says, and comes back by itself when{' '}
      <code>odradek up</code> or <code>odradek console</code> runs again.
    </Notice>
  );
}

const settingsLink = {
  id: '/settings',
  link: (
    <Link to="/settings">
      <NavigationLabel icon="settings">Settings</NavigationLabel>
    </Link>
  ),
};

const sections = [
  { to: '/c/$cluster', icon: 'overview', label: 'Overview' },
  { to: '/c/$cluster/topics', icon: 'topics', label: 'Topics' },
  { to: '/c/$cluster/groups', icon: 'groups', label: 'Groups' },
  { to: '/c/$cluster/transactions', icon: 'transactions', label: 'Transactions' },
  { to: '/c/$cluster/replicas', icon: 'replicas', label: 'Replicas' },
  { to: '/c/$cluster/brokers', icon: 'brokers', label: 'Brokers' },
  { to: '/c/$cluster/quorum', icon: 'quorum', label: 'Quorum' },
] as const satisfies readonly { to: string; icon: IconName; label: string }[];

function clusterLinks(cluster: string): { id: string; link: ReactNode }[] {
  return sections.map(({ to, icon, label }) => ({
    id: to,
    link: (
      <Link
        to={to}
        params={{ cluster }}
        activeOptions={{ exact: to === '/c/$cluster', includeSearch: false }}
      >
        <NavigationLabel icon={icon}>{label}</NavigationLabel>
      </Link>
    ),
  }));
}
