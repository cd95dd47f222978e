import { ConfigResourceType } from '../config-resource.ts';
import { dynamicConfigs, type MetadataImage } from '../metadata-image.ts';
import { ConfigSource } from './config-source.ts';
import { ConfigValues } from './config-values.ts';
import { brokerConfigs } from './known-configs.ts';

/** The resource name that stands for all brokers. */
export const CLUSTER_DEFAULT = '';

/** Which node's broker configs are meant, and what its file says. */
export interface NodeConfigs {
  readonly image: MetadataImage;
  readonly nodeId: number;
  readonly staticValues: ReadonlyMap<string, string>;
}

export interface ConfigLayer {
  readonly source: ConfigSource;
  readonly values: ReadonlyMap<string, string>;
}

/** Where a broker config may have been set, the strongest first: for the node, for all brokers, in its file. */
export function brokerConfigLayers({ image, nodeId, staticValues }: NodeConfigs): readonly ConfigLayer[] {
  return [
    {
      source: ConfigSource.DYNAMIC_BROKER_CONFIG,
      values: dynamicConfigs(image, ConfigResourceType.BROKER, String(nodeId)),
    },
    {
      source: ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG,
      values: dynamicConfigs(image, ConfigResourceType.BROKER, CLUSTER_DEFAULT),
    },
    { source: ConfigSource.STATIC_BROKER_CONFIG, values: staticValues },
  ];
}

/** The effective configs of one broker. */
export function brokerConfigValues(node: NodeConfigs): ConfigValues {
  return new ConfigValues(
    brokerConfigs,
    brokerConfigLayers(node).map(({ values }) => values),
  );
}
