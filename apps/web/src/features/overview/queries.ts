import { demoStatus, paths } from '@odradek/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useConsole } from '../../shared/console-context.tsx';
import { demoOptions } from '../../shared/live-lists.ts';

/** Starts or stops the demo; its new state is in the cache when the mutation is done. */
export function useDemoSwitch(cluster: string) {
  const { api } = useConsole();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (wanted: 'start' | 'stop') =>
      api.post(demoStatus, wanted === 'start' ? paths.demoStart(cluster) : paths.demoStop(cluster), {}),
    onSuccess: (status) => queryClient.setQueryData(demoOptions(api, cluster).queryKey, status),
  });
}
