import { PeerClient } from '../net/peer-client.ts';
import { errorOf } from '../protocol/errors.ts';
import { apiVersionsRequest } from '../protocol/messages/api-versions-request.ts';
import { apiVersionsResponse } from '../protocol/messages/api-versions-response.ts';
import { metadataRequest } from '../protocol/messages/metadata-request.ts';
import { metadataResponse } from '../protocol/messages/metadata-response.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Network, SocketAddress } from '../runtime/network.ts';

export type RoundTripOutcome =
  | { readonly kind: 'answered' }
  /** Why not, in words for a person. */
  | { readonly kind: 'unanswered'; readonly reason: string };

interface ExpectedBroker {
  /** Where it is to be reached, which is also what it must advertise. */
  readonly address: SocketAddress;
  readonly nodeId: number;
}

/** For each of the two requests. */
const STEP_TIMEOUT_MS = 2_000;

/** Far above what ApiVersions and Metadata without topics take. */
const RESPONSE_BYTES_MAX = 1024 * 1024;

/** Versions that every broker of the last ten years answers. */
const API_VERSIONS_VERSION = 0;
const METADATA_VERSION = 1;

/**
 * Asks a broker what a client asks first, ApiVersions and Metadata, on the address it advertises. Answered means:
 * it is the node expected, it advertises this very address, and the cluster has a controller.
 */
export async function roundTrip(
  ports: { readonly network: Network; readonly clock: Clock },
  broker: ExpectedBroker,
): Promise<RoundTripOutcome> {
  const channel = new PeerClient({
    ...ports,
    address: broker.address,
    clientId: 'odradek-local-cluster',
    maxResponseBytes: RESPONSE_BYTES_MAX,
  });
  try {
    const [versions, metadata] = await Promise.all([
      channel.ask({
        request: apiVersionsRequest,
        response: apiVersionsResponse,
        version: API_VERSIONS_VERSION,
        body: {},
        timeoutMs: STEP_TIMEOUT_MS,
      }),
      channel.ask({
        request: metadataRequest,
        response: metadataResponse,
        version: METADATA_VERSION,
        body: { topics: [] },
        timeoutMs: STEP_TIMEOUT_MS,
      }),
    ]);
    if (versions.kind === 'unanswered') return versions;
    if (metadata.kind === 'unanswered') return metadata;
    const { errorCode, apiKeys } = versions.body;
    if (errorCode !== 0) return unanswered(`ApiVersions was answered with ${errorOf(errorCode).name}`);
    if (apiKeys.length === 0) return unanswered('ApiVersions names no API');
    return judged(metadata.body, broker);
  } finally {
    channel.close();
  }
}

function judged(
  {
    brokers,
    controllerId,
  }: {
    readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[];
    readonly controllerId: number;
  },
  expected: ExpectedBroker,
): RoundTripOutcome {
  const found = brokers.find(({ nodeId }) => nodeId === expected.nodeId);
  const { host, port } = expected.address;
  if (found === undefined) return unanswered(`Metadata does not name broker ${expected.nodeId} yet`);
  if (found.host !== host || found.port !== port) {
    return unanswered(
      `broker ${expected.nodeId} advertises ${found.host}:${found.port} in place of ${host}:${port}`,
    );
  }
  return controllerId < 0 ? unanswered('the cluster has no controller yet') : { kind: 'answered' };
}

function unanswered(reason: string): RoundTripOutcome {
  return { kind: 'unanswered', reason };
}
