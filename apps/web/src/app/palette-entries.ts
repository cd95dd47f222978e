import type { ClusterSummary, GroupSummary, TopicSummary } from '@odradek/contract';
import type { PaletteItem } from '@odradek/ui/palette';

export interface PaletteEntry extends PaletteItem {
  href: string;
}

/** What is known of one cluster; lists that are not loaded yet are empty. */
export interface KnownCluster {
  cluster: Pick<ClusterSummary, 'name'>;
  topics: readonly Pick<TopicSummary, 'name'>[];
  groups: readonly Pick<GroupSummary, 'group'>[];
}

/** Everything one can go to, the pages of the current cluster first. */
export function paletteEntries(
  clusters: readonly KnownCluster[],
  current: string | undefined,
): PaletteEntry[] {
  const here = [...clusters].sort(
    (left, right) => Number(right.cluster.name === current) - Number(left.cluster.name === current),
  );
  return [...here.flatMap(pagesOf), settings, ...here.flatMap(thingsOf)];
}

/** The entries in which every word of the query occurs; those whose name begins with it come first. */
export function matchingEntries(
  entries: readonly PaletteEntry[],
  query: string,
  most: number,
): PaletteEntry[] {
  const text = query.trim().toLowerCase();
  const words = text.split(/\s+/).filter(Boolean);
  const matches = entries.filter(({ label, note }) => {
    const searched = `${label} ${note}`.toLowerCase();
    return words.every((word) => searched.includes(word));
  });
  const rank = ({ label }: PaletteEntry) => Number(!label.toLowerCase().startsWith(text));
  return matches.sort((left, right) => rank(left) - rank(right)).slice(0, most);
}

const settings: PaletteEntry = {
  id: 'settings',
  label: 'Settings',
  icon: 'settings',
  note: 'this browser',
  href: '/settings',
};

function pagesOf({ cluster: { name } }: KnownCluster): PaletteEntry[] {
  const at = addressOf(name);
  return [
    { id: at, label: 'Overview', icon: 'overview', note: name, href: at },
    { id: `${at}/topics`, label: 'Topics', icon: 'topics', note: name, href: `${at}/topics` },
    { id: `${at}/groups`, label: 'Groups', icon: 'groups', note: name, href: `${at}/groups` },
    {
      id: `${at}/transactions`,
      label: 'Transactions',
      icon: 'transactions',
      note: name,
      href: `${at}/transactions`,
    },
    { id: `${at}/replicas`, label: 'Replicas', icon: 'replicas', note: name, href: `${at}/replicas` },
    { id: `${at}/brokers`, label: 'Brokers', icon: 'brokers', note: name, href: `${at}/brokers` },
    { id: `${at}/quorum`, label: 'Quorum', icon: 'quorum', note: name, href: `${at}/quorum` },
  ];
}

function thingsOf({ cluster: { name: cluster }, topics, groups }: KnownCluster): PaletteEntry[] {
  return [
    ...topics.map(({ name }): PaletteEntry => {
      const href = `${addressOf(cluster)}/topics/${encodeURIComponent(name)}`;
      return { id: href, label: name, icon: 'topics', note: `topic · ${cluster}`, href };
    }),
    ...groups.map(({ group }): PaletteEntry => {
      const href = `${addressOf(cluster)}/groups/${encodeURIComponent(group)}`;
      return { id: href, label: group, icon: 'groups', note: `group · ${cluster}`, href };
    }),
  ];
}

function addressOf(cluster: string): string {
  return `/c/${encodeURIComponent(cluster)}`;
}
