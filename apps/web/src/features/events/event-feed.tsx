import { type ClusterEvent, type ClusterEvents, clusterEvents, paths } from '@odradek/contract';
import { Button } from '@odradek/ui/button';
import { EmptyState } from '@odradek/ui/empty-state';
import { Panel } from '@odradek/ui/panel';
import { exactTime, RelativeTime } from '@odradek/ui/relative-time';
import { StatusShape } from '@odradek/ui/status-badge';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useConsole } from '../../shared/console-context.tsx';
import { clusterEventsOptions, EVENTS_PER_PAGE } from '../../shared/live-lists.ts';
import { QueryView } from '../../shared/query-view.tsx';
import { useListInterval } from '../../shared/refresh.tsx';
import { RefusalNotice } from '../../shared/refusal-notice.tsx';
import { useCluster } from '../../shared/use-cluster.ts';
import styles from './event-feed.module.css';
import { eventText } from './event-text.ts';

/** What happened to the cluster, newest first. `most`: only so many, with the way to all; absent: all, page by page. */
export function EventFeed({ most }: { most?: number }): ReactNode {
  const { api } = useConsole();
  const { name } = useCluster();
  const query = useQuery({ ...clusterEventsOptions(api, name), refetchInterval: useListInterval() });
  return (
    <Panel
      title="Events"
      flush
      aside={
        most !== undefined && (
          <Link to="/c/$cluster/replicas" params={{ cluster: name }} hash="events">
            All events
          </Link>
        )
      }
    >
      <div id="events">
        <QueryView query={query} what="the events" skeletonRows={4}>
          {(loaded) =>
            most === undefined ? (
              <AllEvents newest={loaded} />
            ) : (
              <Newest events={loaded.events.slice(0, most)} />
            )
          }
        </QueryView>
      </div>
    </Panel>
  );
}

function Newest({ events }: { events: readonly ClusterEvent[] }): ReactNode {
  if (events.length === 0) {
    return (
      <EmptyState title="Nothing has happened yet">
        Leaders that move, replicas that fall behind and brokers that come or go are told here.
      </EmptyState>
    );
  }
  return (
    <ol className={styles.feed} aria-label="Events, newest first">
      {events.map((event) => (
        <EventLine key={event.id} event={event} />
      ))}
    </ol>
  );
}

function AllEvents({ newest }: { newest: ClusterEvents }): ReactNode {
  const { api } = useConsole();
  const { name } = useCluster();
  const [older, setOlder] = useState<ClusterEvents | null>(null);
  const oldestNew = newest.events.at(-1)?.id ?? 0;
  const events = [...newest.events, ...(older?.events ?? []).filter(({ id }) => id < oldestNew)];
  const more = useMutation({
    mutationFn: () =>
      api.get(clusterEvents, paths.clusterEvents(name), {
        query: { before: events.at(-1)?.id, limit: EVENTS_PER_PAGE },
      }),
    onSuccess: (page) =>
      setOlder({ events: [...(older?.events ?? []), ...page.events], hasMore: page.hasMore }),
  });
  return (
    <>
      <Newest events={events} />
      {more.error && <RefusalNotice error={more.error} />}
      {(older ?? newest).hasMore && (
        <div className={styles.more}>
          <Button busy={more.isPending} onClick={() => more.mutate()}>
            Show older events
          </Button>
        </div>
      )}
    </>
  );
}

const NAMED_MAX = 4;

function EventLine({ event: { at, since, change } }: { event: ClusterEvent }): ReactNode {
  const { name } = useCluster();
  const { tone, text, partitions } = eventText(change);
  const named = partitions?.partitions.slice(0, NAMED_MAX) ?? [];
  const rest = (partitions?.total ?? 0) - named.length;
  return (
    <li className={styles.event} data-tone={tone}>
      <StatusShape tone={tone} />
      <div className={styles.text}>
        <p>
          {text}{' '}
          {named.map(({ topic, partition }, index) => (
            <span key={`${topic}-${partition}`}>
              {index > 0 && ', '}
              <Link
                to="/c/$cluster/replicas"
                params={{ cluster: name }}
                search={{ filter: `${topic}-${partition}` }}
              >
                <code>{`${topic}-${partition}`}</code>
              </Link>
            </span>
          ))}
          {rest > 0 && ` and ${rest.toLocaleString('en')} more`}
        </p>
        <p
          className={styles.time}
          title={since === null ? exactTime(at) : `Between ${exactTime(since)} and ${exactTime(at)}`}
        >
          {exactTime(at).slice(11, 19)} · <RelativeTime at={at} />
        </p>
      </div>
    </li>
  );
}
