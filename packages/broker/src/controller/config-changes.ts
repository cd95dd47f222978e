import { type ConfigResource, ConfigResourceType } from '../metadata/config-resource.ts';
import type { ConfigDefinition } from '../metadata/configs/config-definition.ts';
import { definitionsOf } from '../metadata/configs/known-configs.ts';
import { dynamicConfigs } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { invalidConfigs, invalidResource, missingResource } from './config-validation.ts';
import { type ApiError, type ControllerView, type Decision, NO_ERROR } from './decision.ts';
import { clearedEligibleLeaders, disallowedMinInSync } from './eligible-leaders.ts';

export type ConfigOperation = 'SET' | 'DELETE' | 'APPEND' | 'SUBTRACT';

/** Changes to one resource, by config name: all of them are made or none. */
export interface ConfigChange {
  readonly resource: ConfigResource;
  readonly operations: ReadonlyMap<string, { readonly operation: ConfigOperation; readonly value: string }>;
}

/** All that a resource's configs are to be; what is not named goes. */
export interface ConfigReplacement {
  readonly resource: ConfigResource;
  readonly values: ReadonlyMap<string, string>;
}

export type ConfigChangeResult = { readonly resource: ConfigResource } & ApiError;

/** By config name; null takes the config away. */
type NewValues = ReadonlyMap<string, string | null>;

/** IncrementalAlterConfigs: each resource for itself. Resources must be distinct. */
export function changeConfigs(
  view: ControllerView,
  changes: readonly ConfigChange[],
): Decision<readonly ConfigChangeResult[]> {
  const records: MetadataRecord[] = [];
  const response = changes.map((change) => ({
    resource: change.resource,
    ...changeResource(view, change, records),
  }));
  return { records: [...records, ...clearedEligibleLeaders(view.image, records)], response };
}

/** AlterConfigs: each resource gets exactly the given values. Resources must be distinct. */
export function replaceConfigs(
  view: ControllerView,
  replacements: readonly ConfigReplacement[],
): Decision<readonly ConfigChangeResult[]> {
  const records: MetadataRecord[] = [];
  const response = replacements.map(({ resource, values }) => {
    const current = dynamicConfigs(view.image, resource.type, resource.name);
    const gone = [...current.keys()].filter((name) => !values.has(name));
    const newValues = new Map<string, string | null>([
      ...values,
      ...gone.map((name) => [name, null] as const),
    ]);
    return { resource, ...alter(view, { resource, newValues }, records) };
  });
  return { records: [...records, ...clearedEligibleLeaders(view.image, records)], response };
}

function changeResource(view: ControllerView, change: ConfigChange, records: MetadataRecord[]): ApiError {
  const { resource } = change;
  const current = dynamicConfigs(view.image, resource.type, resource.name);
  const newValues = new Map<string, string | null>();
  for (const [name, { operation, value }] of change.operations) {
    const definition = definitionsOf(resource.type).get(name);
    if (operation === 'SET') newValues.set(name, value);
    else if (operation === 'DELETE') newValues.set(name, null);
    else if (definition?.type !== 'LIST') return notSplittable(resource, name, operation);
    else newValues.set(name, changedList(definition, current.get(name), { operation, value }));
  }
  return alter(view, { resource, newValues }, records);
}

function alter(
  view: ControllerView,
  { resource, newValues }: { readonly resource: ConfigResource; readonly newValues: NewValues },
  records: MetadataRecord[],
): ApiError {
  const current = dynamicConfigs(view.image, resource.type, resource.name);
  const next = new Map(current);
  for (const [name, value] of newValues) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  const error =
    invalidResource(resource) ?? invalidConfigs(view, resource, next) ?? missingResource(view, resource);
  if (error !== null) return error;
  const errorMessage = disallowedMinInSync(view.image, resource, newValues);
  if (errorMessage !== null) return { errorCode: ErrorCode.INVALID_CONFIG, errorMessage };
  for (const [name, value] of newValues) {
    if ((current.get(name) ?? null) !== value) {
      records.push({
        kind: 'config',
        value: { resourceType: resource.type, resourceName: resource.name, name, value },
      });
    }
  }
  return NO_ERROR;
}

/** Appending and subtracting begin with the default where nothing was set; an entry is never there twice. */
function changedList(
  definition: ConfigDefinition,
  current: string | undefined,
  change: { readonly operation: 'APPEND' | 'SUBTRACT'; readonly value: string },
): string {
  const before = (current ?? definition.default ?? '').split(',').filter((entry) => entry !== '');
  const given = change.value.split(',');
  return change.operation === 'APPEND'
    ? [...new Set([...before, ...given])].join(',')
    : before.filter((entry) => !given.includes(entry)).join(',');
}

function notSplittable(resource: ConfigResource, name: string, operation: 'APPEND' | 'SUBTRACT'): ApiError {
  return {
    errorCode: ErrorCode.INVALID_CONFIG,
    errorMessage:
      resource.type === ConfigResourceType.BROKER
        ? `Config value ${operation.toLowerCase()} is not allowed for config key: ${name}`
        : `Can't ${operation} to key ${name} because its type is not LIST.`,
  };
}
