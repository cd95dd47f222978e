import type { GroupDetail } from '@odradek/contract';
import { Button } from '@odradek/ui/button';
import { Facts } from '@odradek/ui/facts';
import { Freshness, StaleMarker } from '@odradek/ui/freshness';
import { PageHeader } from '@odradek/ui/page-header';
import { Panel } from '@odradek/ui/panel';
import { Quantity } from '@odradek/ui/quantity';
import { RelativeTime } from '@odradek/ui/relative-time';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useConsole } from '../../shared/console-context.tsx';
import { GroupStateBadge } from '../../shared/group-state-badge.tsx';
import { QueryView } from '../../shared/query-view.tsx';
import { useDetailInterval } from '../../shared/refresh.tsx';
import { staleAfterMs } from '../../shared/staleness.ts';
import { useCluster } from '../../shared/use-cluster.ts';
import { VerdictBadge } from '../../shared/verdict-badge.tsx';
import { groupTypes } from './components/group-columns.tsx';
import { LagPanel } from './components/lag-panel.tsx';
import { MemberTable } from './components/member-table.tsx';
import { GroupPartitionTable } from './components/partition-table.tsx';
import { RebalancePanel } from './components/rebalance-panel.tsx';
import { ResetDialog } from './components/reset-dialog.tsx';
import { UndoNotice } from './components/undo-notice.tsx';
import { VerdictPanel } from './components/verdict-panel.tsx';
import { partitionInFocus, partitionKey } from './model.ts';
import { groupDetailOptions } from './queries.ts';

const route = '/c/$cluster/groups/$group';

/** One group: its verdict and why, its lag over time, partition by partition, and who its members are. */
export function GroupPage(): ReactNode {
  const { api } = useConsole();
  const { name, summary, sampleIntervalMs } = useCluster();
  const { group } = useParams({ from: route });
  const [isResetting, setResetting] = useState(false);
  const query = useQuery({
    ...groupDetailOptions(api, name, group),
    refetchInterval: useDetailInterval(sampleIntervalMs),
  });
  return (
    <>
      <PageHeader
        title={group}
        identifier
        trail={
          <Link to="/c/$cluster/groups" params={{ cluster: name }}>
            Groups
          </Link>
        }
        badges={
          query.data && (
            <Freshness checkedAt={query.data.checkedAt} staleAfterMs={staleAfterMs(sampleIntervalMs)}>
              <VerdictBadge verdict={query.data.verdict} />
            </Freshness>
          )
        }
        actions={
          query.data &&
          hasOffsets(query.data) && (
            <Button
              disabled={summary?.readOnly}
              title={summary?.readOnly ? 'This cluster is read-only' : undefined}
              onClick={() => setResetting(true)}
            >
              Reset offsets
            </Button>
          )
        }
      />
      <UndoNotice group={group} />
      <ResetDialog group={group} open={isResetting} onOpenChange={setResetting} />
      <QueryView query={query} what="the group">
        {(detail) => <GroupBody group={detail} sampleIntervalMs={sampleIntervalMs} />}
      </QueryView>
    </>
  );
}

function GroupBody({ group, sampleIntervalMs }: { group: GroupDetail; sampleIntervalMs: number }): ReactNode {
  const search = useSearch({ from: route });
  const navigate = useNavigate({ from: route });
  const change = (next: Partial<typeof search>) =>
    void navigate({ search: (held) => ({ ...held, ...next }), replace: true, resetScroll: false });
  const focus = partitionInFocus(group, search.partition);
  const age = { checkedAt: group.checkedAt, staleAfterMs: staleAfterMs(sampleIntervalMs) };
  return (
    <>
      <Freshness {...age}>
        <GroupFacts group={group} />
        <VerdictPanel group={group} focus={focus} age={<StaleMarker {...age} />} />
      </Freshness>
      <LagPanel
        group={group.group}
        range={search.range ?? '15m'}
        partition={search.partition === undefined ? undefined : focus}
        onRange={(range) => change({ range })}
        onWhole={() => change({ partition: undefined })}
      />
      <Panel title="Partitions" aside={<StaleMarker {...age} />} flush>
        <Freshness {...age}>
          <GroupPartitionTable
            group={group}
            selectedKey={focus ? partitionKey(focus) : null}
            sort={search.sort}
            onSort={(sort) => change({ sort })}
            onSelect={(partition) => change({ partition })}
          />
        </Freshness>
      </Panel>
      <Panel title="Members" flush>
        <Freshness {...age}>
          <MemberTable group={group} />
        </Freshness>
      </Panel>
      <RebalancePanel group={group.group} />
    </>
  );
}

/** Where a share group stands is kept by the brokers in another way. */
function hasOffsets({ type }: GroupDetail): boolean {
  return type !== 'share';
}

const protocols: Readonly<Record<GroupDetail['type'], string | null>> = {
  classic: null,
  consumer: 'KIP-848',
  share: 'KIP-932',
  streams: 'KIP-1071',
  unknown: null,
};

function typeText({ type, assignor }: GroupDetail): string | null {
  return [protocols[type], assignor && `assignor ${assignor}`].filter(Boolean).join(', ') || null;
}

/** Without members there is nobody to assign anything to. */
function epochText({ groupEpoch, assignmentEpoch, members }: GroupDetail): string | null {
  if (groupEpoch === null) return null;
  return assignmentEpoch === null || assignmentEpoch === groupEpoch || members === 0
    ? `epoch ${groupEpoch}`
    : `epoch ${groupEpoch}, assigned for ${assignmentEpoch}`;
}

function GroupFacts({ group }: { group: GroupDetail }): ReactNode {
  return (
    <Facts
      label="The group in numbers"
      facts={[
        {
          term: 'Total lag',
          value: <Quantity value={group.totalLag} absent="never committed" />,
          note: 'records',
        },
        { term: 'State', value: <GroupStateBadge state={group.state} />, note: epochText(group) },
        { term: 'Members', value: <Quantity value={group.members} /> },
        { term: 'Type', value: groupTypes[group.type], note: typeText(group) },
        {
          term: 'Last commit',
          value: group.lastCommitAt === null ? 'never' : <RelativeTime at={group.lastCommitAt} />,
        },
        { term: 'Coordinator', value: group.coordinator === null ? '–' : `Broker ${group.coordinator}` },
      ]}
    />
  );
}
