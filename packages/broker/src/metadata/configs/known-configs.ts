import { ConfigResourceType } from '../config-resource.ts';
import { clientMetricsConfigs as clientMetricsTable } from './client-metrics-configs.ts';
import type { ConfigDefinition, ConfigDefinitions } from './config-definition.ts';
import { groupConfigs as groupTable } from './group-configs.ts';
import { groupCoordinatorConfigs } from './group-coordinator-configs.ts';
import { logConfigs } from './log-configs.ts';
import { networkConfigs } from './network-configs.ts';
import { quorumConfigs } from './quorum-configs.ts';
import { remoteStorageConfigs } from './remote-storage-configs.ts';
import { replicationConfigs } from './replication-configs.ts';
import { saslConfigs } from './sasl-configs.ts';
import { securityConfigs } from './security-configs.ts';
import { serverConfigs } from './server-configs.ts';
import { shareGroupConfigs } from './share-group-configs.ts';
import { topicConfigs as topicTable } from './topic-configs.ts';
import { transactionConfigs } from './transaction-configs.ts';

/** Every broker config of Kafka 4.3.1 and Odradek's own, by name. */
export const brokerConfigs: ConfigDefinitions = byName(
  serverConfigs,
  networkConfigs,
  logConfigs,
  replicationConfigs,
  quorumConfigs,
  groupCoordinatorConfigs,
  transactionConfigs,
  shareGroupConfigs,
  securityConfigs,
  saslConfigs,
  remoteStorageConfigs,
);

export const topicConfigs: ConfigDefinitions = byName(topicTable);
export const groupConfigs: ConfigDefinitions = byName(groupTable);
export const clientMetricsConfigs: ConfigDefinitions = byName(clientMetricsTable);

/** The definitions for a resource type; none for a type that has no configs. */
export function definitionsOf(resourceType: number): ConfigDefinitions {
  switch (resourceType) {
    case ConfigResourceType.TOPIC:
      return topicConfigs;
    case ConfigResourceType.BROKER:
      return brokerConfigs;
    case ConfigResourceType.GROUP:
      return groupConfigs;
    case ConfigResourceType.CLIENT_METRICS:
      return clientMetricsConfigs;
    default:
      return new Map();
  }
}

const BROKER_SYNONYMS: readonly (readonly string[])[] = [
  ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours'],
  ['log.roll.ms', 'log.roll.hours'],
  ['log.roll.jitter.ms', 'log.roll.jitter.hours'],
];

/** A broker config and those that stand in for one another with it, the strongest first. */
export function brokerSynonyms(name: string): readonly string[] {
  if (name === 'log.flush.interval.ms') {
    return ['log.flush.interval.ms', 'log.flush.scheduler.interval.ms'];
  }
  return BROKER_SYNONYMS.find((names) => names.includes(name)) ?? [name];
}

function byName(...tables: readonly (readonly ConfigDefinition[])[]): ConfigDefinitions {
  const definitions = tables.flat().map((definition) => [definition.name, definition] as const);
  return new Map(definitions.sort(([left], [right]) => (left < right ? -1 : 1)));
}
