import type { ConfigValues } from './config-values.ts';

/** A value that its own rule allows and the broker as a whole does not. */
export interface BrokenBrokerRule {
  readonly name: string;
  readonly message: string;
}

/** What Kafka checks over a broker's effective configs beyond each value's own rule. */
export function brokenBrokerRules(values: ConfigValues): readonly BrokenBrokerRule[] {
  const broken: BrokenBrokerRule[] = [];
  const roll = values.numberOrNull('log.roll.ms');
  if (roll !== null && roll < 1) {
    broken.push({ name: 'log.roll.ms', message: 'log.roll.ms must be greater than or equal to 1' });
  }
  const jitter = values.numberOrNull('log.roll.jitter.ms');
  if (jitter !== null && jitter < 0) {
    broken.push({
      name: 'log.roll.jitter.ms',
      message: 'log.roll.jitter.ms must be greater than or equal to 0',
    });
  }
  for (const name of ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours']) {
    if (values.numberOrNull(name) === 0) {
      broken.push({ name, message: `${name} must be unlimited (-1) or, greater than or equal to 1` });
    }
  }
  const selector = values.stringOrNull('replica.selector.class');
  if (selector !== null && !REPLICA_SELECTORS.has(selector)) {
    const known = [...REPLICA_SELECTORS].join(' or ');
    broken.push({ name: 'replica.selector.class', message: `replica.selector.class must be ${known}` });
  }
  return broken;
}

/** Kafka's own classes; others cannot be loaded here. */
const REPLICA_SELECTORS: ReadonlySet<string> = new Set([
  'org.apache.kafka.common.replica.LeaderSelector',
  'org.apache.kafka.common.replica.RackAwareReplicaSelector',
]);
