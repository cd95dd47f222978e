import { ConfigResourceType } from '../metadata/config-resource.ts';
import { alterConfigsRequest } from '../protocol/messages/alter-configs-request.ts';
import { alterConfigsResponse } from '../protocol/messages/alter-configs-response.ts';
import {
  allAnswered,
  alterResults,
  invalidRequest,
  refusedResources,
  resourceOf,
} from './altered-resources.ts';
import { type Handler, NOT_CONTROLLER } from './handler.ts';
import type { AlterConfigsNeeds } from './incremental-alter-configs.ts';

/**
 * AlterConfigs (key 33), versions 0–2: gives resources exactly the named configs and takes all others away. Clients
 * should use IncrementalAlterConfigs; loggers cannot be changed here.
 */
export function alterConfigsHandler(
  needs: AlterConfigsNeeds,
): Handler<typeof alterConfigsRequest, typeof alterConfigsResponse> {
  return {
    request: alterConfigsRequest,
    response: alterConfigsResponse,
    async handle(request, { principal }) {
      const refusedBefore = refusedResources(request.resources, {
        ...needs,
        principal,
        ownRule: ({ resourceType }) =>
          resourceType === ConfigResourceType.BROKER_LOGGER
            ? invalidRequest(`Unknown resource type ${resourceType}`)
            : null,
        needsValue: () => true,
      });
      const accepted = request.resources.filter((resource) => !refusedBefore.has(resource));
      if (accepted.length === 0) return { responses: alterResults(request.resources, refusedBefore, []) };
      const outcome = await needs.controller.replaceConfigs(
        accepted.map((resource) => ({
          resource: resourceOf(resource),
          values: new Map(resource.configs.map(({ name, value }) => [name, value ?? ''])),
        })),
        request,
      );
      if (outcome.kind === 'not-controller') return NOT_CONTROLLER;
      await needs.caughtUp();
      return { responses: alterResults(request.resources, refusedBefore, outcome.response) };
    },
    refuse: (errorCode, { resources }) => ({ responses: allAnswered(errorCode, resources) }),
  };
}
