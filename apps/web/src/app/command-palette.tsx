import type { ClusterSummary } from '@odradek/contract';
import { Button } from '@odradek/ui/button';
import { Palette } from '@odradek/ui/palette';
import { useQueries } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { useConsole } from '../shared/console-context.tsx';
import { groupListOptions, topicListOptions } from '../shared/live-lists.ts';
import { matchingEntries, type PaletteEntry, paletteEntries } from './palette-entries.ts';

const most = 50;

export interface CommandPaletteProps {
  clusters: readonly ClusterSummary[];
  current: string | undefined;
}

/** The way to any page, topic or group of any cluster by typing; Ctrl-K or ⌘-K opens it anywhere. */
export function CommandPalette({ clusters, current }: CommandPaletteProps): ReactNode {
  const [open, setOpen] = useState(false);
  useOpenKey(() => setOpen(true));
  return (
    <>
      <Button icon="search" onClick={() => setOpen(true)} aria-keyshortcuts="Control+K Meta+K">
        Go to
      </Button>
      {open && <OpenPalette clusters={clusters} current={current} onClose={() => setOpen(false)} />}
    </>
  );
}

function OpenPalette({
  clusters,
  current,
  onClose,
}: CommandPaletteProps & { onClose: () => void }): ReactNode {
  const router = useRouter();
  const [query, setQuery] = useState('');
  const entries = useEntries(clusters, current);
  const items = useMemo(() => matchingEntries(entries, query, most), [entries, query]);
  return (
    <Palette<PaletteEntry>
      label="Go to a page, topic or group"
      open
      onOpenChange={(stays) => !stays && onClose()}
      query={query}
      onQuery={setQuery}
      items={items}
      onChoose={({ href }) => {
        onClose();
        void router.navigate({ href });
      }}
    />
  );
}

function useEntries(clusters: readonly ClusterSummary[], current: string | undefined): PaletteEntry[] {
  const { api } = useConsole();
  const topics = useQueries({ queries: clusters.map(({ name }) => topicListOptions(api, name)) });
  const groups = useQueries({ queries: clusters.map(({ name }) => groupListOptions(api, name)) });
  return paletteEntries(
    clusters.map((cluster, index) => ({
      cluster,
      topics: topics[index]?.data?.topics ?? [],
      groups: groups[index]?.data?.groups ?? [],
    })),
    current,
  );
}

function useOpenKey(open: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      event.preventDefault();
      open();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });
}
