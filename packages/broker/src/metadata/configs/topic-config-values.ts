import { ConfigValues } from './config-values.ts';
import { topicConfigs } from './known-configs.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * The effective configs of a topic: what was set on it, else what the broker's own configs say, converted to the
 * topic's unit, else Kafka's default.
 */
export function topicConfigValues(
  overrides: ReadonlyMap<string, string>,
  broker: ConfigValues,
): ConfigValues {
  return new ConfigValues(topicConfigs, [overrides, topicDefaults(broker)]);
}

/** What a topic has without any config of its own, by topic config name. */
export function topicDefaults(broker: ConfigValues): ReadonlyMap<string, string> {
  const defaults = new Map<string, string>();
  for (const { name, synonyms } of topicConfigs.values()) {
    const value = synonyms.length === 0 ? null : brokerValueFor(name, synonyms[0] ?? '', broker);
    if (value !== null) defaults.set(name, value);
  }
  return defaults;
}

/** Of several broker synonyms the finest unit that is not null counts; a negative retention means for ever. */
function brokerValueFor(topicConfig: string, synonym: string, broker: ConfigValues): string | null {
  switch (topicConfig) {
    case 'retention.ms':
      return retentionMs(broker);
    case 'segment.ms':
      return broker.text('log.roll.ms') ?? String(broker.number('log.roll.hours') * HOUR_MS);
    case 'segment.jitter.ms':
      return broker.text('log.roll.jitter.ms') ?? String(broker.number('log.roll.jitter.hours') * HOUR_MS);
    case 'flush.ms':
      return broker.text('log.flush.interval.ms') ?? broker.text('log.flush.scheduler.interval.ms');
    default:
      return broker.text(synonym);
  }
}

function retentionMs(broker: ConfigValues): string {
  const ms = broker.numberOrNull('log.retention.ms');
  if (ms !== null) {
    return ms < 0 ? '-1' : (broker.text('log.retention.ms') ?? '');
  }
  const minutes = broker.numberOrNull('log.retention.minutes');
  const total = minutes === null ? broker.number('log.retention.hours') * HOUR_MS : minutes * MINUTE_MS;
  return String(total < 0 ? -1 : total);
}
