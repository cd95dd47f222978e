import type { ConfigReplacement } from '../controller/config-changes.ts';
import { ConfigResourceType } from '../metadata/config-resource.ts';
import { alterConfigsRequest } from '../protocol/messages/alter-configs-request.ts';
import { alterConfigsResponse } from '../protocol/messages/alter-configs-response.ts';
import {
  type AlteredResource,
  allAnswered,
  alter,
  invalidRequest,
  refusedResources,
  resourceOf,
} from './altered-resources.ts';
import type { Handler } from './handler.ts';
import { type AlterConfigsNeeds, CONTROLLER_TIMEOUT_MS } from './incremental-alter-configs.ts';

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
    handle(request, context) {
      const { principal } = context;
      const refusedBefore = refusedResources(request.resources, {
        ...needs,
        principal,
        ownRule: ({ resourceType }) =>
          resourceType === ConfigResourceType.BROKER_LOGGER
            ? invalidRequest(`Unknown resource type ${resourceType}`)
            : null,
        needsValue: () => true,
      });
      return alter(request.resources, refusedBefore, {
        ...needs,
        here: (accepted) => needs.controller.replaceConfigs(accepted.map(replacementOf), request),
        elsewhere: (accepted) =>
          needs.controllerFor(context).ask({
            ...{ request: alterConfigsRequest, response: alterConfigsResponse },
            ...{ version: context.apiVersion, body: { ...request, resources: accepted } },
            timeoutMs: CONTROLLER_TIMEOUT_MS,
          }),
      });
    },
    refuse: (errorCode, { resources }) => ({ responses: allAnswered(errorCode, resources) }),
  };
}

function replacementOf(resource: AlteredResource): ConfigReplacement {
  return {
    resource: resourceOf(resource),
    values: new Map(resource.configs.map(({ name, value }) => [name, value ?? ''])),
  };
}
