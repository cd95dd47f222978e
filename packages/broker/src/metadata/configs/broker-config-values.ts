import { ConfigResourceType } from '../config-resource.ts';
import { dynamicConfigs, type MetadataImage } from '../metadata-image.ts';
import { ConfigValues } from './config-values.ts';
import { brokerConfigs } from './known-configs.ts';

/** The resource name that stands for all brokers. */
export const CLUSTER_DEFAULT = '';

/** The effective configs of one broker: set for it, set for all brokers, in its file, Kafka's default. */
export function brokerConfigValues(
  image: MetadataImage,
  nodeId: number,
  staticValues: ReadonlyMap<string, string>,
): ConfigValues {
  return new ConfigValues(brokerConfigs, [
    dynamicConfigs(image, ConfigResourceType.BROKER, String(nodeId)),
    dynamicConfigs(image, ConfigResourceType.BROKER, CLUSTER_DEFAULT),
    staticValues,
  ]);
}
