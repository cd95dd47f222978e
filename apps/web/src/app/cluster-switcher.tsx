import type { ClusterSummary } from '@odradek/contract';
import { Icon } from '@odradek/ui/icon';
import { Menu } from '@odradek/ui/menu';
import { StatusShape, type Tone } from '@odradek/ui/status-badge';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import styles from './cluster-switcher.module.css';

export interface ClusterSwitcherProps {
  clusters: readonly ClusterSummary[];
  current: string | undefined;
  /** The server does not answer: what is known of the clusters is old. */
  silent: boolean;
}

/** Names the cluster the pages are about; with several clusters, the way from one to another. */
export function ClusterSwitcher({ clusters, current, silent }: ClusterSwitcherProps): ReactNode {
  const navigate = useNavigate();
  const summary = clusters.find(({ name }) => name === current);
  if (current === undefined) return null;
  const name = (
    <>
      <StatusShape tone={summary && !silent ? toneOf(summary) : 'unknown'} />
      <span className={styles.name}>{current}</span>
    </>
  );
  if (clusters.length <= 1) return <div className={styles.only}>{name}</div>;
  return (
    <Menu
      trigger={
        <button type="button" className={styles.trigger} aria-label={`Cluster ${current}, choose another`}>
          {name}
          <Icon name="updown" />
        </button>
      }
      items={clusters.map((cluster) => ({
        id: cluster.name,
        label: cluster.name,
        note: cluster.state === 'reachable' ? cluster.bootstrap[0] : cluster.state,
        checked: cluster.name === current,
        onSelect: () => void navigate({ to: '/c/$cluster', params: { cluster: cluster.name } }),
      }))}
    />
  );
}

function toneOf({ state, groupsInError, groupsInWarning }: ClusterSummary): Tone {
  if (state === 'connecting') return 'unknown';
  if (state === 'unreachable' || groupsInError > 0) return 'critical';
  return groupsInWarning > 0 ? 'warn' : 'ok';
}
