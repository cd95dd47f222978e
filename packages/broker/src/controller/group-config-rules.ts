import type { ConfigValues } from '../metadata/configs/config-values.ts';

/** Configs of groups that have limits among the broker's: the config, the lowest and the highest. */
const LIMITED = [
  [
    'consumer.heartbeat.interval.ms',
    'group.consumer.min.heartbeat.interval.ms',
    'group.consumer.max.heartbeat.interval.ms',
  ],
  [
    'consumer.session.timeout.ms',
    'group.consumer.min.session.timeout.ms',
    'group.consumer.max.session.timeout.ms',
  ],
  [
    'consumer.assignment.interval.ms',
    'group.consumer.min.assignment.interval.ms',
    'group.consumer.max.assignment.interval.ms',
  ],
] as const;

/** Why a group cannot have these configs, each of which is fine by itself, on brokers with these; null when it can. */
export function brokenGroupRules(configs: ReadonlyMap<string, string>, broker: ConfigValues): string | null {
  for (const [name, min, max] of LIMITED) {
    const text = configs.get(name);
    if (text === undefined) continue;
    if (Number(text) < broker.number(min)) return `${name} must be greater than or equal to ${min}`;
    if (Number(text) > broker.number(max)) return `${name} must be less than or equal to ${max}`;
  }
  const effective = (name: string): number => Number(configs.get(name) ?? broker.number(`group.${name}`));
  return effective('consumer.session.timeout.ms') > effective('consumer.heartbeat.interval.ms')
    ? null
    : 'consumer.session.timeout.ms must be greater than consumer.heartbeat.interval.ms';
}
