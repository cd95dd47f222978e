import type { ConfigDefinition } from './config-definition.ts';
import { anyList, int, list } from './define-config.ts';

/** Which metrics clients are asked to push. */
export const clientMetricsConfigs: readonly ConfigDefinition[] = [
  int('interval.ms', '300000', { effect: 'refused', text: 'How often matching clients push their metrics.' }),
  list('match', '', {
    rule: anyList(),
    effect: 'refused',
    text: 'Which clients are meant, as `key=pattern` pairs.',
  }),
  list('metrics', '', {
    rule: anyList(),
    effect: 'refused',
    text: 'Prefixes of the metrics that are pushed.',
  }),
];
