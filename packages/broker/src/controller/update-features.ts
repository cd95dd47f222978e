import {
  ELIGIBLE_LEADERS_FEATURE,
  KRAFT_VERSION_FEATURE,
  METADATA_VERSION_FEATURE,
} from '../metadata/feature-names.ts';
import type { FeatureRange, MetadataImage } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { SUPPORTED_FEATURES } from './bootstrap.ts';
import { type ApiError, type ControllerView, type Decision, NO_ERROR } from './decision.ts';
import { eligibleLeadersConfigs, tracksEligibleLeaders } from './eligible-leaders.ts';

/** Codes of FeatureUpdate.UpgradeType. */
export const UpgradeType = { UPGRADE: 1, SAFE_DOWNGRADE: 2, UNSAFE_DOWNGRADE: 3 } as const;

/** A level that a feature of the cluster is to have (KIP-584). */
export interface FeatureUpdate {
  readonly feature: string;
  readonly level: number;
  readonly upgradeType: number;
}

/** Levels of `metadata.version` with which records, or what is in them, changed: below one of these there is no way back. */
const LEVELS_THAT_CHANGED_METADATA = new Set([7, 8, 11, 13, 14, 15, 17, 23, 30]);

/** Levels of other features that rest on one of `metadata.version`. */
const NEEDED_METADATA_VERSION = new Map([[`${ELIGIBLE_LEADERS_FEATURE} 1`, 23]]);

/** Changes the levels of features, all of them or, at the first error, none. `voterIds` are the nodes of the quorum. */
export function updateFeatures(
  view: ControllerView,
  updates: readonly FeatureUpdate[],
  voterIds: readonly number[],
): Decision<ApiError> {
  const records: MetadataRecord[] = [];
  const proposed = new Map([...view.image.features.entries()]);
  for (const { feature, level } of updates) proposed.set(feature, level);
  for (const update of updates) {
    const error =
      invalidUpdate(view.image, update, { nodeId: view.nodeId, voterIds }) ??
      invalidLevel(view.image, update, proposed);
    if (error !== null) return { records: [], response: error };
    records.push(...recordsFor(view.image, update));
  }
  const enablesEligibleLeaders =
    (proposed.get(ELIGIBLE_LEADERS_FEATURE) ?? 0) > 0 && !tracksEligibleLeaders(view.image);
  return {
    records: enablesEligibleLeaders ? [...eligibleLeadersConfigs(view), ...records] : records,
    response: NO_ERROR,
  };
}

/** The level of the quorum's own rules is not changed here: nothing is to be written where it stays. */
function recordsFor(image: MetadataImage, { feature, level }: FeatureUpdate): readonly MetadataRecord[] {
  if (feature === KRAFT_VERSION_FEATURE) return [];
  const current = image.features.get(feature) ?? 0;
  return level === current && feature !== METADATA_VERSION_FEATURE
    ? []
    : [{ kind: 'featureLevel', value: { name: feature, featureLevel: level } }];
}

function invalidUpdate(
  image: MetadataImage,
  { feature, level, upgradeType }: FeatureUpdate,
  quorum: { readonly nodeId: number; readonly voterIds: readonly number[] },
): ApiError | null {
  const invalid = (reason: string) => invalidVersion(feature, level, reason);
  if (!Object.values<number>(UpgradeType).includes(upgradeType)) {
    return invalid('The controller does not support the given upgrade type.');
  }
  if (level < 0) return invalid('A feature version cannot be less than 0.');
  const reason = reasonNotSupported(image, { feature, level }, quorum);
  if (reason !== null) return invalid(reason);
  const current = image.features.get(feature) ?? 0;
  if (level < current && upgradeType === UpgradeType.UPGRADE) {
    return invalid(
      "Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade.",
    );
  }
  if (level > current && upgradeType !== UpgradeType.UPGRADE) {
    return invalid("Can't downgrade to a newer version.");
  }
  return null;
}

/** What is particular about a feature. */
function invalidLevel(
  image: MetadataImage,
  { feature, level, upgradeType }: FeatureUpdate,
  proposed: ReadonlyMap<string, number>,
): ApiError | null {
  const current = image.features.get(feature) ?? 0;
  if (feature === METADATA_VERSION_FEATURE) {
    if (level >= current || !hasMetadataChanged(current, level)) return null;
    const refusal =
      upgradeType === UpgradeType.UNSAFE_DOWNGRADE
        ? 'Unsafe metadata downgrade is not supported in this version.'
        : 'Refusing to perform the requested downgrade because it might delete metadata information.';
    return refused(`Unsupported metadata.version downgrade from ${current} to ${level}. ${refusal}`);
  }
  if (feature === KRAFT_VERSION_FEATURE) {
    if (level === current) return null;
    return invalidVersion(
      feature,
      level,
      level < current
        ? "Can't downgrade the version of this feature."
        : 'The voters of this quorum are set by its configuration, and it stays so.',
    );
  }
  const needed = NEEDED_METADATA_VERSION.get(`${feature} ${level}`) ?? 0;
  const metadataVersion = proposed.get(METADATA_VERSION_FEATURE) ?? 0;
  if (metadataVersion >= needed) return null;
  return invalidVersion(
    feature,
    level,
    `${feature} could not be set to ${level} because it depends on metadata.version level ${needed}`,
  );
}

function hasMetadataChanged(high: number, low: number): boolean {
  for (let level = high; level > low; level--) if (LEVELS_THAT_CHANGED_METADATA.has(level)) return true;
  return false;
}

/** Every node must be able to work at the level: this one, all brokers, and all controllers, which must have said so. */
function reasonNotSupported(
  image: MetadataImage,
  { feature, level }: Pick<FeatureUpdate, 'feature' | 'level'>,
  { nodeId, voterIds }: { readonly nodeId: number; readonly voterIds: readonly number[] },
): string | null {
  const nodes: { readonly name: string; readonly features: readonly FeatureRange[] }[] = [
    { name: `Local controller ${nodeId}`, features: SUPPORTED_FEATURES },
    ...[...image.brokers.values()].map(({ id, features }) => ({ name: `Broker ${id}`, features })),
    ...[...image.controllers.values()].map(({ id, features }) => ({ name: `Controller ${id}`, features })),
  ];
  for (const { name, features } of nodes) {
    const range = features.find((one) => one.name === feature);
    const { minSupportedVersion: min = 0, maxSupportedVersion: max = 0 } = range ?? {};
    if (level >= min && level <= max) continue;
    return max === 0
      ? `${name} does not support this feature.`
      : `${name} only supports versions ${min}-${max}`;
  }
  const silent = voterIds.find((id) => id !== nodeId && !image.controllers.has(id));
  return silent === undefined
    ? null
    : `controller ${silent} has not registered, and may not support this feature`;
}

function invalidVersion(feature: string, level: number, reason: string): ApiError {
  return refused(`Invalid update version ${level} for feature ${feature}. ${reason}`);
}

function refused(errorMessage: string): ApiError {
  return { errorCode: ErrorCode.INVALID_UPDATE_VERSION, errorMessage };
}
