import {
  ELIGIBLE_LEADERS_FEATURE,
  GROUP_VERSION_FEATURE,
  KRAFT_VERSION_FEATURE,
  METADATA_VERSION_FEATURE,
  TRANSACTION_VERSION_FEATURE,
} from '../metadata/feature-names.ts';
import type { FeatureRange } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import type { ControllerView } from './decision.ts';
import { eligibleLeadersConfigs } from './eligible-leaders.ts';

/** The levels of a feature that a node can work at. */
interface SupportedFeature {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Whether a new cluster begins with the highest level, as one of Kafka 4.3; the others come to be by other ways. */
  readonly isInitial: boolean;
}

/** In the order in which a new cluster's log names them. */
const FEATURES: readonly SupportedFeature[] = [
  // Level 30 is 4.3-IV0: the record versions of Kafka 4.3. Level 7, 3.3-IV3, is the oldest any Kafka 4 supports.
  { name: METADATA_VERSION_FEATURE, min: 7, max: 30, isInitial: true },
  { name: KRAFT_VERSION_FEATURE, min: 0, max: 1, isInitial: false },
  { name: ELIGIBLE_LEADERS_FEATURE, min: 0, max: 1, isInitial: true },
  { name: GROUP_VERSION_FEATURE, min: 0, max: 1, isInitial: true },
  { name: TRANSACTION_VERSION_FEATURE, min: 0, max: 2, isInitial: true },
];

/** The features a node can work at; others come with what they stand for. */
export const SUPPORTED_FEATURES: readonly FeatureRange[] = FEATURES.map(({ name, min, max }) => ({
  ...{ name, minSupportedVersion: min, maxSupportedVersion: max },
}));

/** What a cluster's log begins with, as Kafka's does; nothing once it is there. */
export function bootstrapRecords(
  view: Pick<ControllerView, 'image' | 'nodeId' | 'staticValues'>,
): readonly MetadataRecord[] {
  if (view.image.features.has(METADATA_VERSION_FEATURE)) return [];
  return [
    ...FEATURES.filter(({ isInitial }) => isInitial).map(({ name, max }) => level(name, max)),
    ...eligibleLeadersConfigs(view),
  ];
}

function level(name: string, featureLevel: number): MetadataRecord {
  return { kind: 'featureLevel', value: { name, featureLevel } };
}
