import { type BrokerAct, brokerImpact, brokerProcess, paths } from '@odradek/contract';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { ApiClient } from '../../shared/api-client.ts';
import { useConsole } from '../../shared/console-context.tsx';
import { brokerListOptions } from '../../shared/live-lists.ts';

export const brokerImpactOptions = (api: ApiClient, cluster: string, broker: number) =>
  queryOptions({
    queryKey: ['cluster', cluster, 'broker', broker, 'impact'],
    queryFn: ({ signal }) => api.get(brokerImpact, paths.brokerImpact(cluster, broker), { signal }),
  });

export interface ActOnBroker {
  broker: number;
  act: BrokerAct;
}

/** Acts on the process of a broker; done when its state is what was asked for. */
export function useBrokerAct(cluster: string) {
  const { api } = useConsole();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ broker, act }: ActOnBroker) =>
      api.post(brokerProcess, paths.brokerAct(cluster, broker, act), {}),
    onSettled: () => queryClient.invalidateQueries({ queryKey: brokerListOptions(api, cluster).queryKey }),
  });
}
