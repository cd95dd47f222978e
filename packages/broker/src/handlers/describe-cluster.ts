import type { Controller } from '../controller/controller.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { describeClusterRequest } from '../protocol/messages/describe-cluster-request.ts';
import { describeClusterResponse } from '../protocol/messages/describe-cluster-response.ts';
import { votersOf } from '../raft/raft-state.ts';
import { authorizedClusterOperations, CLUSTER_RESOURCE } from '../security/authorized-operations.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { Handler, RequestContext } from './handler.ts';
import { ListenerView } from './listener-view.ts';

interface ClusterNeeds {
  readonly authorizer: Authorizer;
  readonly clusterId: string;
}

export interface DescribeClusterNeeds extends ClusterNeeds {
  readonly image: () => MetadataImage;
}

export interface DescribeControllersNeeds extends ClusterNeeds {
  readonly controller: Controller;
}

type DescribeClusterRequest = Decoded<typeof describeClusterRequest>;
type DescribeClusterResponse = Encodable<typeof describeClusterResponse>;
type DescribeClusterHandler = Handler<typeof describeClusterRequest, typeof describeClusterResponse>;
/** Who there is and who controls, as one kind of listener tells it. */
type Members = Pick<DescribeClusterResponse, 'brokers' | 'controllerId'>;

const ENDPOINT_TYPES = { 1: 'BROKER', 2: 'CONTROLLER' } as const;
type EndpointType = keyof typeof ENDPOINT_TYPES;

/**
 * DescribeCluster (key 60), versions 0–2, on a listener of brokers: cluster id, brokers on the client's listener,
 * some live broker as the controller. Fenced brokers are listed when asked for (2).
 */
export function describeClusterHandler(needs: DescribeClusterNeeds): DescribeClusterHandler {
  return clusterHandler(needs, 1, ({ includeFencedBrokers }, { listenerName }) => {
    const view = new ListenerView(needs.image(), listenerName);
    const brokers = includeFencedBrokers ? view.brokers : view.liveBrokers;
    return {
      controllerId: view.liveBrokers[0]?.id ?? -1,
      brokers: brokers.map(({ id, host, port, rack, isFenced }) => ({
        brokerId: id,
        host,
        port,
        rack,
        isFenced,
      })),
    };
  });
}

/** The same on a listener of controllers (KIP-919): its voters, this node, and who of them leads. */
export function describeControllersHandler(needs: DescribeControllersNeeds): DescribeClusterHandler {
  return clusterHandler(needs, 2, (_, { listenerName }) => {
    const { state, voter } = needs.controller.quorum;
    const voters = votersOf(state);
    return {
      controllerId: state.leaderId ?? -1,
      brokers: (voters.some(({ id }) => id === voter.id) ? voters : [...voters, voter])
        .toSorted((left, right) => left.id - right.id)
        .flatMap(({ id, endpoints }) => {
          const endpoint = endpoints.find(({ name }) => name === listenerName);
          return endpoint === undefined ? [] : [{ brokerId: id, host: endpoint.host, port: endpoint.port }];
        }),
    };
  });
}

function clusterHandler(
  { authorizer, clusterId }: ClusterNeeds,
  own: EndpointType,
  membersOf: (request: DescribeClusterRequest, context: RequestContext) => Members,
): DescribeClusterHandler {
  return {
    request: describeClusterRequest,
    response: describeClusterResponse,
    handle(request, context) {
      const { endpointType } = request;
      if (endpointType !== own) return wrongEndpointType(own, endpointType, context);
      return {
        clusterId,
        endpointType,
        ...membersOf(request, context),
        ...(request.includeClusterAuthorizedOperations && {
          clusterAuthorizedOperations: operations(authorizer, context),
        }),
      };
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}

function wrongEndpointType(
  own: EndpointType,
  asked: number,
  { apiVersion }: RequestContext,
): DescribeClusterResponse {
  if (asked !== 1 && asked !== 2) {
    return {
      errorCode: apiVersion === 0 ? ErrorCode.INVALID_REQUEST : ErrorCode.UNSUPPORTED_ENDPOINT_TYPE,
      errorMessage: `Unsupported endpoint type ${asked}`,
    };
  }
  return {
    errorCode: apiVersion === 0 ? ErrorCode.INVALID_REQUEST : ErrorCode.MISMATCHED_ENDPOINT_TYPE,
    errorMessage: `The request was sent to an endpoint of type ${ENDPOINT_TYPES[own]}, but we wanted an endpoint of type ${ENDPOINT_TYPES[asked]}`,
  };
}

function operations(authorizer: Authorizer, { principal }: RequestContext): number {
  return authorizer.isAllowed(principal, AclOperation.DESCRIBE, 'cluster', CLUSTER_RESOURCE)
    ? authorizedClusterOperations(authorizer, principal)
    : 0;
}
