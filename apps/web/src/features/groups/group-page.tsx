import type { GroupDetail } from '@odradek/contract';
import { Facts } from '@odradek/ui/facts';
import { Freshness, StaleMarker } from '@odradek/ui/freshness';
import { PageHeader } from '@odradek/ui/page-header';
import { Panel } from '@odradek/ui/panel';
import { Quantity } from '@odradek/ui/quantity';
import { RelativeTime } from '@odradek/ui/relative-time';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
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
import { VerdictPanel } from './components/verdict-panel.tsx';
import { partitionInFocus, partitionKey } from './model.ts';
import { groupDetailOptions } from './queries.ts';

const route = '/c/$cluster/groups/$group';

/** One group: its verdict and why, its lag over time, partition by partition, and who its members are. */
export function GroupPage(): ReactNode {
  const { api } = useConsole();
  const { name, sampleIntervalMs } = useCluster();
  const { group } = useParams({ from: route });
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
      />
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
          <MemberTable members={group.memberDetails} state={group.state} />
        </Freshness>
      </Panel>
    </>
  );
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
        { term: 'State', value: <GroupStateBadge state={group.state} /> },
        { term: 'Members', value: <Quantity value={group.members} /> },
        { term: 'Type', value: groupTypes[group.type], note: group.assignor && `assignor ${group.assignor}` },
        {
          term: 'Last commit',
          value: group.lastCommitAt === null ? 'never' : <RelativeTime at={group.lastCommitAt} />,
        },
        { term: 'Coordinator', value: group.coordinator === null ? '–' : `Broker ${group.coordinator}` },
      ]}
    />
  );
}
