import { ConfigResourceType, parseConfigResourceKey } from '../metadata/config-resource.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Encodable } from '../protocol/message.ts';
import { listConfigResourcesRequest } from '../protocol/messages/list-config-resources-request.ts';
import { listConfigResourcesResponse } from '../protocol/messages/list-config-resources-response.ts';
import { CLUSTER_RESOURCE } from '../security/authorized-operations.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { Handler } from './handler.ts';
import { ListenerView } from './listener-view.ts';

export interface ListConfigResourcesNeeds {
  readonly image: () => MetadataImage;
  readonly authorizer: Authorizer;
}

type ListedResource = NonNullable<Encodable<typeof listConfigResourcesResponse>['configResources']>[number];

const { TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP } = ConfigResourceType;
const TYPES_OF_VERSION_0: readonly number[] = [CLIENT_METRICS];
const ALL_TYPES: readonly number[] = [TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP];

/**
 * ListConfigResources (key 74), versions 0–1 (KIP-1142): names of what has configs. Version 0 knows client metrics
 * subscriptions only; groups and subscriptions are listed once a config was set on them.
 */
export function listConfigResourcesHandler(
  needs: ListConfigResourcesNeeds,
): Handler<typeof listConfigResourcesRequest, typeof listConfigResourcesResponse> {
  return {
    request: listConfigResourcesRequest,
    response: listConfigResourcesResponse,
    handle(request, { apiVersion, listenerName, principal }) {
      const { authorizer, image } = needs;
      if (!authorizer.isAllowed(principal, AclOperation.DESCRIBE_CONFIGS, 'cluster', CLUSTER_RESOURCE)) {
        return { errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED };
      }
      const supported = apiVersion === 0 ? TYPES_OF_VERSION_0 : ALL_TYPES;
      const types = request.resourceTypes.length === 0 ? supported : request.resourceTypes;
      if (types.some((type) => !supported.includes(type))) {
        return { errorCode: ErrorCode.UNSUPPORTED_VERSION };
      }
      return {
        configResources: supported
          .filter((type) => types.includes(type))
          .flatMap((type) => resourcesOf(type, image(), listenerName)),
      };
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}

function resourcesOf(resourceType: number, image: MetadataImage, listenerName: string): ListedResource[] {
  switch (resourceType) {
    case TOPIC:
      return [...image.topicsByName.keys()].map((resourceName) => ({ resourceName, resourceType }));
    case BROKER:
    case BROKER_LOGGER:
      return new ListenerView(image, listenerName).brokers.map(({ id }) => ({
        resourceName: String(id),
        resourceType,
      }));
    default:
      return [...image.configs.keys()]
        .map(parseConfigResourceKey)
        .filter(({ type }) => type === resourceType)
        .map(({ name }) => ({ resourceName: name, resourceType }));
  }
}
