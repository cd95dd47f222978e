import { ConfigResourceType, parseConfigResourceKey } from '../metadata/config-resource.ts';
import { brokerConfigValues, CLUSTER_DEFAULT } from '../metadata/configs/broker-config-layers.ts';
import { ELIGIBLE_LEADERS_FEATURE } from '../metadata/feature-names.ts';
import { dynamicConfigs, EMPTY_IMAGE, type MetadataImage } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import type { ControllerView } from './decision.ts';

/*
 * Who is eligible to lead rests on one `min.insync.replicas` for the whole cluster, or of a topic: where brokers had
 * theirs, each controller would decide otherwise (KIP-966).
 */

const MIN_IN_SYNC = 'min.insync.replicas';

export function tracksEligibleLeaders({ features }: MetadataImage): boolean {
  return (features.get(ELIGIBLE_LEADERS_FEATURE) ?? 0) > 0;
}

/** Sets what holds for the cluster, as this node's file says, and takes away what holds for single brokers. */
export function eligibleLeadersConfigs(
  view: Pick<ControllerView, 'image' | 'nodeId' | 'staticValues'>,
): readonly MetadataRecord[] {
  const records: MetadataRecord[] = [];
  if (!dynamicConfigs(view.image, ConfigResourceType.BROKER, CLUSTER_DEFAULT).has(MIN_IN_SYNC)) {
    const fromFile = brokerConfigValues({ ...view, image: EMPTY_IMAGE });
    records.push(configRecord(CLUSTER_DEFAULT, String(fromFile.number(MIN_IN_SYNC))));
  }
  for (const [key, values] of view.image.configs.entries()) {
    const { type, name } = parseConfigResourceKey(key);
    if (type === ConfigResourceType.BROKER && name !== CLUSTER_DEFAULT && values.has(MIN_IN_SYNC)) {
      records.push(configRecord(name, null));
    }
  }
  return records;
}

/** Why a config may not be set so, in Kafka's words; null where it may. */
export function disallowedMinInSync(
  image: MetadataImage,
  { type, name }: { readonly type: number; readonly name: string },
  newValues: ReadonlyMap<string, string | null>,
): string | null {
  if (!tracksEligibleLeaders(image) || type !== ConfigResourceType.BROKER) return null;
  const value = newValues.get(MIN_IN_SYNC);
  if (value === undefined) return null;
  if (name !== CLUSTER_DEFAULT) return `Broker-level ${MIN_IN_SYNC} cannot be altered while ELR is enabled.`;
  return value === null ? `Cluster-level ${MIN_IN_SYNC} cannot be removed while ELR is enabled.` : null;
}

/** Who was eligible by the old minimum may not be by the new one. */
export function clearedEligibleLeaders(
  image: MetadataImage,
  records: readonly MetadataRecord[],
): readonly MetadataRecord[] {
  if (!tracksEligibleLeaders(image)) return [];
  return records.flatMap((record) => {
    if (record.kind !== 'config' || record.value.name !== MIN_IN_SYNC) return [];
    const isTopic = record.value.resourceType === ConfigResourceType.TOPIC;
    return [{ kind: 'clearElr', value: { topicName: isTopic ? record.value.resourceName : '' } }];
  });
}

function configRecord(resourceName: string, value: string | null): MetadataRecord {
  const resourceType = ConfigResourceType.BROKER;
  return { kind: 'config', value: { resourceType, resourceName, name: MIN_IN_SYNC, value } };
}
