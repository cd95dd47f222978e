import type { DemoStatus } from '@odradek/contract';
import { Button } from '@odradek/ui/button';
import { Panel } from '@odradek/ui/panel';
import { formatExact } from '@odradek/ui/quantity';
import { StatusBadge } from '@odradek/ui/status-badge';
import { useAnnounce } from '@odradek/ui/toast';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useConsole } from '../../../shared/console-context.tsx';
import { demoOptions } from '../../../shared/live-lists.ts';
import { useListInterval } from '../../../shared/refresh.tsx';
import { useDemoSwitch } from '../queries.ts';
import styles from './demo-panel.module.css';

export interface DemoPanelProps {
  cluster: string;
  /** Offers the demo as the next act; otherwise the panel shows only while the demo runs or has failed. */
  invite: boolean;
}

/** Sample life on a managed cluster: starts it, shows where in its loop it is, and stops it. */
export function DemoPanel({ cluster, invite }: DemoPanelProps): ReactNode {
  const { api } = useConsole();
  const announce = useAnnounce();
  const { data: demo } = useQuery({ ...demoOptions(api, cluster), refetchInterval: useListInterval() });
  const flip = useDemoSwitch(cluster);
  if (!demo) return null;
  const active = demo.state === 'running' || demo.state === 'starting' || demo.state === 'stopping';
  if (!invite && !active && demo.state !== 'failed') return null;
  const change = (wanted: 'start' | 'stop') =>
    flip.mutate(wanted, {
      onError: (error) =>
        announce({ tone: 'critical', title: `The demo could not ${wanted}`, detail: error.message }),
    });
  return (
    <Panel
      title="Demo"
      aside={
        active ? (
          <Button
            icon="stop"
            busy={flip.isPending || demo.state === 'stopping'}
            onClick={() => change('stop')}
          >
            Stop the demo
          </Button>
        ) : (
          <Button kind="primary" icon="play" busy={flip.isPending} onClick={() => change('start')}>
            Run the demo
          </Button>
        )
      }
    >
      {active ? (
        <RunningDemo cluster={cluster} demo={demo} />
      ) : (
        <p className={styles.what}>{invitation(demo)}</p>
      )}
    </Panel>
  );
}

function RunningDemo({ cluster, demo }: { cluster: string; demo: DemoStatus }): ReactNode {
  return (
    <div className={styles.running}>
      <StatusBadge tone={demo.phase === 'keeping-up' ? 'ok' : 'warn'}>
        {phases[demo.phase ?? 'starting']}
      </StatusBadge>
      <p>
        Topic{' '}
        <Link to="/c/$cluster/topics/$topic" params={{ cluster, topic: demo.topic }}>
          <code>{demo.topic}</code>
        </Link>
        : {formatExact(demo.produced)} records written. Group{' '}
        <Link to="/c/$cluster/groups/$group" params={{ cluster, group: demo.group }}>
          <code>{demo.group}</code>
        </Link>
        : {formatExact(demo.consumed)} read.
      </p>
    </div>
  );
}

function invitation(demo: DemoStatus): string {
  if (demo.state === 'failed') return `The demo failed: ${demo.reason ?? 'no reason was given'}`;
  return 'A producer writes orders, and a group reads them: it falls behind, stops and recovers in a loop of two minutes, so that every verdict can be seen.';
}

const phases: Readonly<Record<NonNullable<DemoStatus['phase']> | 'starting', string>> = {
  starting: 'Starting',
  'keeping-up': 'Keeping up',
  'falling-behind': 'Falling behind',
  stopped: 'Consumer stopped',
  recovering: 'Recovering',
};
