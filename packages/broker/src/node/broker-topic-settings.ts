import type { BrokerConfig } from '../config/config.ts';
import { ConfigResourceType } from '../metadata/config-resource.ts';
import { brokerConfigValues } from '../metadata/configs/broker-config-layers.ts';
import type { ConfigValues } from '../metadata/configs/config-values.ts';
import { topicConfigValues } from '../metadata/configs/topic-config-values.ts';
import { dynamicConfigs, type MetadataImage } from '../metadata/metadata-image.ts';
import type { TopicSettings } from '../replication/hosted-replica.ts';
import type { ReplicaFetchSettings } from '../replication/replica-fetcher.ts';
import { logConfigFrom } from '../replication/topic-log-config.ts';

/** The effective configs of this broker in an image; the same object for the same image. */
export function brokerConfigsOf(config: BrokerConfig): (image: MetadataImage) => ConfigValues {
  let last: { image: MetadataImage; values: ConfigValues } | null = null;
  return (image) => {
    if (last?.image !== image) {
      const { nodeId, staticValues } = config;
      last = { image, values: brokerConfigValues({ image, nodeId, staticValues }) };
    }
    return last.values;
  };
}

/** The effective configs of a topic, as its partitions need them. */
export function topicSettingsOf(
  configsOf: (image: MetadataImage) => ConfigValues,
): (image: MetadataImage, topic: string) => TopicSettings {
  return (image, topic) => {
    const broker = configsOf(image);
    const values = topicConfigValues(dynamicConfigs(image, ConfigResourceType.TOPIC, topic), broker);
    return { log: logConfigFrom(values), minInSyncReplicas: values.number('min.insync.replicas') };
  };
}

/** How this broker follows others. */
export function replicaFetchSettings(values: ConfigValues): ReplicaFetchSettings {
  return {
    waitMaxMs: values.number('replica.fetch.wait.max.ms'),
    minBytes: values.number('replica.fetch.min.bytes'),
    maxBytes: values.number('replica.fetch.max.bytes'),
    responseMaxBytes: values.number('replica.fetch.response.max.bytes'),
    backoffMs: values.number('replica.fetch.backoff.ms'),
    requestTimeoutMs: values.number('replica.socket.timeout.ms'),
  };
}
