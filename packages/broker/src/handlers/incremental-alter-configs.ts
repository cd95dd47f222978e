import type { ConfigChange, ConfigOperation } from '../controller/config-changes.ts';
import type { Controller } from '../controller/controller.ts';
import { ConfigResourceType } from '../metadata/config-resource.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded } from '../protocol/message.ts';
import { incrementalAlterConfigsRequest } from '../protocol/messages/incremental-alter-configs-request.ts';
import { incrementalAlterConfigsResponse } from '../protocol/messages/incremental-alter-configs-response.ts';
import type { PeerChannel } from '../protocol/peer-channel.ts';
import type { Authorizer } from '../security/authorizer.ts';
import {
  type AlterError,
  allAnswered,
  alter,
  invalidRequest,
  refusedResources,
  resourceOf,
} from './altered-resources.ts';
import type { Handler, RequestContext } from './handler.ts';

export interface AlterConfigsNeeds {
  readonly controller: Controller;
  readonly authorizer: Authorizer;
  /** Resolves once this broker serves what was committed before the call, so that who was answered finds it. */
  readonly caughtUp: () => Promise<void>;
  /** As `AlterRules` has it. */
  readonly nodeId: number | null;
  /** The way to the controller for what a client of this broker asks. */
  readonly controllerFor: (context: RequestContext) => PeerChannel;
}

type Request = Decoded<typeof incrementalAlterConfigsRequest>;
type Resource = Request['resources'][number];

/** As long as any request waits for a controller. */
export const CONTROLLER_TIMEOUT_MS = 60_000;

/** By their code. */
const OPERATIONS: readonly ConfigOperation[] = ['SET', 'DELETE', 'APPEND', 'SUBTRACT'];
const DELETE = 1;

/**
 * IncrementalAlterConfigs (key 44), versions 0–1: sets, deletes, appends to and subtracts from single configs of
 * topics, of this broker or all, of groups and of client metrics subscriptions; validate-only. A resource is changed
 * as a whole or not at all.
 */
export function incrementalAlterConfigsHandler(
  needs: AlterConfigsNeeds,
): Handler<typeof incrementalAlterConfigsRequest, typeof incrementalAlterConfigsResponse> {
  return {
    request: incrementalAlterConfigsRequest,
    response: incrementalAlterConfigsResponse,
    handle(request, context) {
      const { principal } = context;
      const refusedBefore = refusedResources(request.resources, {
        ...needs,
        principal,
        ownRule: refusedOperation,
        needsValue: ({ configOperation }: Resource['configs'][number]) => configOperation !== DELETE,
      });
      return alter(request.resources, refusedBefore, {
        ...needs,
        here: (accepted) => needs.controller.changeConfigs(accepted.map(changeOf), request),
        elsewhere: (accepted) =>
          needs.controllerFor(context).ask({
            ...{ request: incrementalAlterConfigsRequest, response: incrementalAlterConfigsResponse },
            ...{ version: context.apiVersion, body: { ...request, resources: accepted } },
            timeoutMs: CONTROLLER_TIMEOUT_MS,
          }),
      });
    },
    refuse: (errorCode, { resources }) => ({ responses: allAnswered(errorCode, resources) }),
  };
}

/** There are no loggers whose level could be changed. */
function refusedOperation({ configs, resourceType }: Resource): AlterError | null {
  const [first] = configs;
  if (resourceType === ConfigResourceType.BROKER_LOGGER && first !== undefined) {
    return {
      errorCode: ErrorCode.INVALID_CONFIG,
      errorMessage: `Logger ${first.name} does not exist!`,
    };
  }
  const unknown = configs.find(({ configOperation }) => OPERATIONS[configOperation] === undefined);
  return unknown === undefined ? null : invalidRequest(`Unknown operations type ${unknown.configOperation}`);
}

function changeOf(resource: Resource): ConfigChange {
  const operations = resource.configs.flatMap(({ configOperation, name, value }) => {
    const operation = OPERATIONS[configOperation];
    return operation === undefined ? [] : [[name, { operation, value: value ?? '' }] as const];
  });
  return { resource: resourceOf(resource), operations: new Map(operations) };
}
