import type { MetadataImage } from '../metadata/metadata-image.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Encodable } from '../protocol/message.ts';
import { describeClusterRequest } from '../protocol/messages/describe-cluster-request.ts';
import { describeClusterResponse } from '../protocol/messages/describe-cluster-response.ts';
import { authorizedClusterOperations, CLUSTER_RESOURCE } from '../security/authorized-operations.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { Handler, RequestContext } from './handler.ts';
import { ListenerView } from './listener-view.ts';

export interface DescribeClusterNeeds {
  readonly image: () => MetadataImage;
  readonly authorizer: Authorizer;
  readonly clusterId: string;
}

type DescribeClusterResponse = Encodable<typeof describeClusterResponse>;

const EndpointType = { BROKER: 1, CONTROLLER: 2 } as const;

/**
 * DescribeCluster (key 60), versions 0–2: cluster id, brokers on the client's listener, some live broker as the
 * controller. Asked for controllers (1) it says that it is none; fenced brokers are listed when asked for (2).
 */
export function describeClusterHandler(
  needs: DescribeClusterNeeds,
): Handler<typeof describeClusterRequest, typeof describeClusterResponse> {
  return {
    request: describeClusterRequest,
    response: describeClusterResponse,
    handle(request, context) {
      if (request.endpointType !== EndpointType.BROKER) {
        return wrongEndpointType(request.endpointType, context);
      }
      const view = new ListenerView(needs.image(), context.listenerName);
      const brokers = request.includeFencedBrokers ? view.brokers : view.liveBrokers;
      return {
        clusterId: needs.clusterId,
        controllerId: view.liveBrokers[0]?.id ?? -1,
        brokers: brokers.map(({ id, host, port, rack, isFenced }) => ({
          brokerId: id,
          host,
          port,
          rack,
          isFenced,
        })),
        ...(request.includeClusterAuthorizedOperations && {
          clusterAuthorizedOperations: operations(needs.authorizer, context),
        }),
      };
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}

function wrongEndpointType(endpointType: number, { apiVersion }: RequestContext): DescribeClusterResponse {
  if (endpointType !== EndpointType.CONTROLLER) {
    return {
      errorCode: apiVersion === 0 ? ErrorCode.INVALID_REQUEST : ErrorCode.UNSUPPORTED_ENDPOINT_TYPE,
      errorMessage: `Unsupported endpoint type ${endpointType}`,
    };
  }
  return {
    errorCode: apiVersion === 0 ? ErrorCode.INVALID_REQUEST : ErrorCode.MISMATCHED_ENDPOINT_TYPE,
    errorMessage:
      'The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER',
  };
}

function operations(authorizer: Authorizer, { principal }: RequestContext): number {
  return authorizer.isAllowed(principal, AclOperation.DESCRIBE, 'cluster', CLUSTER_RESOURCE)
    ? authorizedClusterOperations(authorizer, principal)
    : 0;
}
