import type { Broker, QuorumRole } from '@odradek/contract';
import type { Column } from '@odradek/ui/data-table';
import { Quantity } from '@odradek/ui/quantity';
import { StatusBadge, type Tone } from '@odradek/ui/status-badge';
import type { ReactNode } from 'react';
import styles from './broker-columns.module.css';
import { BrokerMenu } from './broker-menu.tsx';

interface BrokerColumnsNeeds {
  cluster: string;
  /** Odradek supervises the processes: their states and acts have a place. */
  isManaged: boolean;
  isReadOnly: boolean;
}

export function brokerColumns({
  cluster,
  isManaged,
  isReadOnly,
}: BrokerColumnsNeeds): readonly Column<Broker>[] {
  if (!isManaged) return columns;
  return [
    // Room for the acts: the matrix shows who is preferred.
    ...columns.filter(({ id }) => id !== 'preferred'),
    {
      id: 'acts',
      header: 'Process',
      align: 'end',
      cell: (broker) => (
        <div className={styles.act}>
          <BrokerMenu cluster={cluster} broker={broker} isReadOnly={isReadOnly} />
        </div>
      ),
    },
  ];
}

const columns: readonly Column<Broker>[] = [
  { id: 'id', header: 'Broker', cell: ({ id }) => <code>{id}</code>, sortBy: ({ id }) => id, width: '86px' },
  {
    id: 'state',
    header: 'State',
    cell: (broker) => <BrokerState broker={broker} />,
    sortBy: ({ status }) => ['up', 'silent', 'fenced', 'absent'].indexOf(status),
  },
  {
    id: 'role',
    header: 'Quorum',
    cell: ({ quorumRole, isController }) => <Role role={quorumRole} isController={isController} />,
    sortBy: ({ quorumRole }) => quorumRole,
    hiddenOn: 'narrow',
  },
  {
    id: 'address',
    header: 'Address',
    cell: ({ host, port, rack }) => (
      <>
        <code className={styles.address}>{host === '' ? '–' : `${host}:${port}`}</code>
        {rack && <span className={styles.rack}> {rack}</span>}
      </>
    ),
    sortBy: ({ host, port }) => `${host}:${port}`,
    hiddenOn: 'medium',
  },
  {
    id: 'leaders',
    header: 'Leads',
    align: 'end',
    cell: ({ leaders }) => <Quantity value={leaders} />,
    sortBy: ({ leaders }) => leaders,
    hiddenOn: 'narrow',
  },
  {
    id: 'preferred',
    header: 'Preferred',
    align: 'end',
    cell: ({ preferredLeaders }) => <Quantity value={preferredLeaders} />,
    sortBy: ({ preferredLeaders }) => preferredLeaders,
    hiddenOn: 'medium',
  },
  {
    id: 'replicas',
    header: 'Replicas',
    align: 'end',
    cell: ({ replicas }) => <Quantity value={replicas} />,
    sortBy: ({ replicas }) => replicas,
    hiddenOn: 'narrow',
  },
  {
    id: 'out-of-sync',
    header: 'Out of sync',
    align: 'end',
    cell: ({ outOfSync }) => <Quantity value={outOfSync} />,
    sortBy: ({ outOfSync }) => outOfSync,
    hiddenOn: 'narrow',
  },
  {
    id: 'size',
    header: 'Size',
    align: 'end',
    cell: ({ sizeBytes }) => (
      <Quantity
        value={sizeBytes}
        unit="bytes"
        absent="not permitted to describe log directories, or no answer"
      />
    ),
    sortBy: ({ sizeBytes }) => sizeBytes,
    hiddenOn: 'narrow',
  },
];

const roleWords: Readonly<Record<QuorumRole, string>> = {
  leader: 'Active controller',
  voter: 'Voter',
  observer: 'Observer',
};

function Role({ role, isController }: { role: QuorumRole | null; isController: boolean }): ReactNode {
  if (role === 'leader' || isController) {
    return (
      <StatusBadge tone="ok" look="plain">
        Active controller
      </StatusBadge>
    );
  }
  return role === null ? '–' : roleWords[role];
}

const statuses: Readonly<Record<Broker['status'], { tone: Tone; word: string }>> = {
  up: { tone: 'ok', word: 'Up' },
  silent: { tone: 'warn', word: 'Silent' },
  fenced: { tone: 'critical', word: 'Fenced' },
  absent: { tone: 'critical', word: 'Gone' },
};

const processes: Readonly<Record<NonNullable<Broker['process']>['state'], { tone: Tone; word: string }>> = {
  running: { tone: 'ok', word: 'Running' },
  starting: { tone: 'unknown', word: 'Starting' },
  stopping: { tone: 'unknown', word: 'Stopping' },
  paused: { tone: 'warn', word: 'Paused' },
  stopped: { tone: 'critical', word: 'Stopped' },
  failed: { tone: 'critical', word: 'Failed' },
};

/** What the cluster says of a broker and, where we supervise it, what its process does: the two may differ for a while. */
function BrokerState({ broker: { status, process, reason } }: { broker: Broker }): ReactNode {
  const said = statuses[status];
  const why = [process?.reason, status !== 'up' && reason].filter(Boolean).join(' ');
  return (
    <div className={styles.state}>
      <span className={styles.badges}>
        <StatusBadge tone={said.tone}>{said.word}</StatusBadge>
        {process && (
          <StatusBadge tone={processes[process.state].tone} look="plain">
            {processes[process.state].word}
            {process.pid !== null && <span className={styles.pid}>{process.pid}</span>}
          </StatusBadge>
        )}
      </span>
      {why !== '' && <span className={styles.reason}>{why}</span>}
    </div>
  );
}
