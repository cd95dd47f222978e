import { ConfigResourceType, configResourceKey } from '../metadata/config-resource.ts';
import { ErrorCode, errorOf } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { alterConfigsRequest } from '../protocol/messages/alter-configs-request.ts';
import { alterConfigsResponse } from '../protocol/messages/alter-configs-response.ts';
import { alterResult, invalidRequest, refusedResources, resourceOf } from './altered-resources.ts';
import type { Handler } from './handler.ts';
import type { AlterConfigsNeeds } from './incremental-alter-configs.ts';

type Request = Decoded<typeof alterConfigsRequest>;
type Response = Encodable<typeof alterConfigsResponse>;

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
      const outcome = await needs.controller.replaceConfigs(
        accepted.map((resource) => ({
          resource: resourceOf(resource),
          values: new Map(resource.configs.map(({ name, value }) => [name, value ?? ''])),
        })),
        request,
      );
      if (outcome.kind === 'not-controller') return refused(ErrorCode.NOT_CONTROLLER, request);
      await needs.caughtUp();
      const results = new Map(
        outcome.response.map(({ resource, errorCode, errorMessage }) => [
          configResourceKey(resource.type, resource.name),
          { errorCode, errorMessage },
        ]),
      );
      return {
        responses: request.resources.map((resource) => {
          const key = configResourceKey(resource.resourceType, resource.resourceName);
          const error = refusedBefore.get(resource) ?? results.get(key);
          return alterResult(resource, error ?? invalidRequest('Each resource must appear at most once.'));
        }),
      };
    },
    refuse: refused,
  };
}

function refused(errorCode: number, request: Request): Response {
  const error = { errorCode, errorMessage: errorOf(errorCode).message };
  return { responses: request.resources.map((resource) => alterResult(resource, error)) };
}
