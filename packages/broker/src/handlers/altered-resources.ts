import type { ControllerOutcome } from '../controller/controller.ts';
import { type ConfigResource, ConfigResourceType, configResourceKey } from '../metadata/config-resource.ts';
import { ErrorCode, errorOf } from '../protocol/errors.ts';
import type { alterConfigsResponse } from '../protocol/messages/alter-configs-response.ts';
import type { PeerAnswer } from '../protocol/peer-channel.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { Principal } from '../security/principal.ts';
import { configAuthorizationError, isConfigResourceType } from './config-authorization.ts';
import { repeatedIn } from './distinct.ts';
import { NOT_CONTROLLER } from './handler.ts';

/** A resource of AlterConfigs or IncrementalAlterConfigs, as far as both say the same. */
export interface AlteredResource {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly configs: readonly { readonly name: string; readonly value: string | null }[];
}

export interface AlterResult {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly resourceType: number;
  readonly resourceName: string;
}

export interface AlterRules<Resource extends AlteredResource> {
  readonly authorizer: Authorizer;
  readonly principal: Principal;
  /** Of the broker that was asked, which changes its own configs only; null for a controller, which changes all. */
  readonly nodeId: number | null;
  /** Why the one API refuses the resource where the other would not; null when it does not. */
  readonly ownRule: (resource: Resource) => AlterError | null;
  /** Which of the resource's configs need a value. */
  readonly needsValue: (config: Resource['configs'][number]) => boolean;
}

export interface AlterError {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export function resourceOf({
  resourceName,
  resourceType,
}: Pick<AlteredResource, 'resourceName' | 'resourceType'>): ConfigResource {
  return { type: resourceType, name: resourceName };
}

/** The same answer for every resource. */
export function allAnswered(errorCode: number, resources: readonly AlteredResource[]): AlterResult[] {
  const error = { errorCode, errorMessage: errorOf(errorCode).message };
  return resources.map((resource) => alterResult(resource, error));
}

/** What was refused before the controller was asked, and what the controller said of the rest, in the request's order. */
function alterResults<Resource extends AlteredResource>(
  resources: readonly Resource[],
  refusedBefore: ReadonlyMap<Resource, AlterError>,
  outcomes: readonly (AlterError & { readonly resource: ConfigResource })[],
): AlterResult[] {
  const decided = new Map<string, AlterError>(
    outcomes.map((one) => [configResourceKey(one.resource.type, one.resource.name), one]),
  );
  return resources.map((resource) => {
    const error = refusedBefore.get(resource) ?? decided.get(keyOf(resource));
    return alterResult(resource, error ?? appearsTwice);
  });
}

function alterResult(resource: AlteredResource, { errorCode, errorMessage }: AlterError): AlterResult {
  const { resourceName, resourceType } = resource;
  return { errorCode, errorMessage, resourceName, resourceType };
}

/** Who changes the resources that were not refused. */
export interface AlterWays<Resource extends AlteredResource> {
  /** As `AlterRules` has it. */
  readonly nodeId: number | null;
  /** Resolves once this broker serves what was committed before the call, so that who was answered finds it. */
  readonly caughtUp: () => Promise<void>;
  /** This node, where it is the controller. */
  readonly here: (
    accepted: readonly Resource[],
  ) => Promise<ControllerOutcome<readonly (AlterError & { readonly resource: ConfigResource })[]>>;
  /** Whoever is, by a request of their own. */
  readonly elsewhere: (accepted: readonly Resource[]) => Promise<PeerAnswer<typeof alterConfigsResponse>>;
}

/**
 * The answer for all resources of a request. Where this node is not the controller the request goes on as it came; but
 * without those resources that were refused, for the controller would take them.
 */
export async function alter<Resource extends AlteredResource>(
  resources: readonly Resource[],
  refusedBefore: ReadonlyMap<Resource, AlterError>,
  { nodeId, caughtUp, here, elsewhere }: AlterWays<Resource>,
): Promise<{ responses: AlterResult[] } | typeof NOT_CONTROLLER> {
  const accepted = resources.filter((resource) => !refusedBefore.has(resource));
  const answered = (outcomes: Parameters<typeof alterResults>[2]) => ({
    responses: alterResults(resources, refusedBefore, outcomes),
  });
  if (accepted.length === 0) return answered([]);
  const outcome = await here(accepted);
  if (outcome.kind === 'committed') {
    await caughtUp();
    return answered(outcome.response);
  }
  if (nodeId === null || refusedBefore.size === 0) return NOT_CONTROLLER;
  const answer = await elsewhere(accepted);
  const said =
    answer.kind === 'answered' ? answer.body.responses : allAnswered(ErrorCode.REQUEST_TIMED_OUT, accepted);
  return answered(said.map((one) => ({ ...one, resource: resourceOf(one) })));
}

/** The resources that a broker refuses without asking the controller, with its reasons, by resource. */
export function refusedResources<Resource extends AlteredResource>(
  resources: readonly Resource[],
  rules: AlterRules<Resource>,
): ReadonlyMap<Resource, AlterError> {
  const repeated = repeatedIn(resources.map(keyOf));
  const refused = new Map<Resource, AlterError>();
  for (const resource of resources) {
    const error = repeated.has(keyOf(resource)) ? appearsTwice : refusal(resource, rules);
    if (error !== null) refused.set(resource, error);
  }
  return refused;
}

export function invalidRequest(errorMessage: string): AlterError {
  return { errorCode: ErrorCode.INVALID_REQUEST, errorMessage };
}

const appearsTwice = invalidRequest('Each resource must appear at most once.');

function keyOf({ resourceName, resourceType }: AlteredResource): string {
  return configResourceKey(resourceType, resourceName);
}

function refusal<Resource extends AlteredResource>(
  resource: Resource,
  rules: AlterRules<Resource>,
): AlterError | null {
  if (repeatedIn(resource.configs.map(({ name }) => name)).size > 0) {
    return invalidRequest('Error due to duplicate config keys');
  }
  const nulls = resource.configs.filter((config) => config.value === null && rules.needsValue(config));
  if (nulls.length > 0) {
    return invalidRequest(`Null value not supported for : ${nulls.map(({ name }) => name).join(', ')}`);
  }
  if (!isConfigResourceType(resource.resourceType)) {
    return invalidRequest(`Unknown resource type ${resource.resourceType}`);
  }
  return rules.ownRule(resource) ?? otherNode(resource, rules.nodeId) ?? denied(resource, rules);
}

/** Configs of one broker are changed on that broker. */
function otherNode(
  { resourceName, resourceType }: AlteredResource,
  nodeId: number | null,
): AlterError | null {
  if (resourceType !== ConfigResourceType.BROKER || resourceName === '') return null;
  if (!/^[+-]?[0-9]+$/.test(resourceName)) {
    return invalidRequest(`Node id must be an integer, but it is: ${resourceName}`);
  }
  return nodeId === null || Number(resourceName) === nodeId
    ? null
    : invalidRequest(`Unexpected broker id, expected ${nodeId}, but received ${resourceName}`);
}

function denied<Resource extends AlteredResource>(
  { resourceName, resourceType }: Resource,
  { authorizer, principal }: AlterRules<Resource>,
): AlterError | null {
  const errorCode = configAuthorizationError(authorizer, principal, {
    type: resourceType,
    name: resourceName,
    operation: AclOperation.ALTER_CONFIGS,
  });
  return errorCode === null ? null : { errorCode, errorMessage: errorOf(errorCode).message };
}
