import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';

/** Levels of a feature that a node can work at. */
export interface FeatureRange {
  readonly name: string;
  readonly minSupportedVersion: number;
  readonly maxSupportedVersion: number;
}

export const METADATA_VERSION_FEATURE = 'metadata.version';
export const KRAFT_VERSION_FEATURE = 'kraft.version';

/** Level 30 is 4.3-IV0: the record versions of Kafka 4.3. Level 7, 3.3-IV3, is the oldest any Kafka 4 supports. */
const METADATA_VERSION = { min: 7, max: 30 };
const KRAFT_VERSION = { min: 0, max: 1 };

/** The features a node can work at; others come with what they stand for. */
export const SUPPORTED_FEATURES: readonly FeatureRange[] = [
  range(METADATA_VERSION_FEATURE, METADATA_VERSION),
  range(KRAFT_VERSION_FEATURE, KRAFT_VERSION),
];

/** What a cluster's log begins with; nothing once it is there. */
export function bootstrapRecords(image: MetadataImage): readonly MetadataRecord[] {
  return image.features.has(METADATA_VERSION_FEATURE)
    ? []
    : [
        {
          kind: 'featureLevel',
          value: { name: METADATA_VERSION_FEATURE, featureLevel: METADATA_VERSION.max },
        },
      ];
}

function range(name: string, { min, max }: { readonly min: number; readonly max: number }): FeatureRange {
  return { name, minSupportedVersion: min, maxSupportedVersion: max };
}
