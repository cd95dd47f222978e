import type { ClusterSummary } from '@odradek/contract';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useConsole } from './console-context.tsx';
import { clusterListOptions } from './live-lists.ts';

export interface CurrentCluster {
  /** The name in the address. */
  name: string;
  /** Undefined until the list of clusters is loaded, or when it does not hold that name. */
  summary: ClusterSummary | undefined;
  sampleIntervalMs: number;
}

/** The cluster the page is about. Only below `/c/$cluster`. */
export function useCluster(): CurrentCluster {
  const { api } = useConsole();
  const { cluster } = useParams({ from: '/c/$cluster' });
  const { data } = useQuery(clusterListOptions(api));
  const summary = data?.clusters.find(({ name }) => name === cluster);
  return { name: cluster, summary, sampleIntervalMs: summary?.sampleIntervalMs ?? 1000 };
}
