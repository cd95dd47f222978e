import {
  ELIGIBLE_LEADERS_FEATURE,
  GROUP_VERSION_FEATURE,
  KRAFT_VERSION_FEATURE,
  METADATA_VERSION_FEATURE,
} from '../metadata/feature-names.ts';
import type { FeatureRange } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import type { ControllerView } from './decision.ts';
import { eligibleLeadersConfigs } from './eligible-leaders.ts';

/** Level 30 is 4.3-IV0: the record versions of Kafka 4.3. Level 7, 3.3-IV3, is the oldest any Kafka 4 supports. */
const METADATA_VERSION = { min: 7, max: 30 };
const KRAFT_VERSION = { min: 0, max: 1 };

const ELIGIBLE_LEADERS = { min: 0, max: 1 };
const GROUP_VERSION = { min: 0, max: 1 };

/** The features a node can work at; others come with what they stand for. */
export const SUPPORTED_FEATURES: readonly FeatureRange[] = [
  range(METADATA_VERSION_FEATURE, METADATA_VERSION),
  range(KRAFT_VERSION_FEATURE, KRAFT_VERSION),
  range(ELIGIBLE_LEADERS_FEATURE, ELIGIBLE_LEADERS),
  range(GROUP_VERSION_FEATURE, GROUP_VERSION),
];

/** What a cluster's log begins with, as Kafka's does; nothing once it is there. */
export function bootstrapRecords(
  view: Pick<ControllerView, 'image' | 'nodeId' | 'staticValues'>,
): readonly MetadataRecord[] {
  if (view.image.features.has(METADATA_VERSION_FEATURE)) return [];
  return [
    level(METADATA_VERSION_FEATURE, METADATA_VERSION.max),
    level(ELIGIBLE_LEADERS_FEATURE, ELIGIBLE_LEADERS.max),
    level(GROUP_VERSION_FEATURE, GROUP_VERSION.max),
    ...eligibleLeadersConfigs(view),
  ];
}

function level(name: string, featureLevel: number): MetadataRecord {
  return { kind: 'featureLevel', value: { name, featureLevel } };
}

function range(name: string, { min, max }: { readonly min: number; readonly max: number }): FeatureRange {
  return { name, minSupportedVersion: min, maxSupportedVersion: max };
}
