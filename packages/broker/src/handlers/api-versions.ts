import { ErrorCode } from '../protocol/errors.ts';
import { apiVersionsRequest } from '../protocol/messages/api-versions-request.ts';
import { apiVersionsResponse } from '../protocol/messages/api-versions-response.ts';
import type { ApiRange } from './dispatch.ts';
import type { Handler } from './handler.ts';

/** Levels of a feature that this broker can work at. */
export interface SupportedFeature {
  readonly name: string;
  readonly minSupportedVersion: number;
  readonly maxSupportedVersion: number;
}

/** The levels the cluster works at, and the metadata offset from which on it does. */
export interface FinalizedFeatures {
  readonly epoch: number;
  readonly levels: ReadonlyMap<string, number>;
}

export interface ApiVersionsNeeds {
  /** The APIs of the listener that the request came by. */
  readonly ranges: () => readonly ApiRange[];
  readonly supportedFeatures: readonly SupportedFeature[];
  readonly finalizedFeatures: () => FinalizedFeatures;
}

/** KIP-511: what a client may call itself and its version. */
const CLIENT_SOFTWARE = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;

/**
 * ApiVersions (key 18). Version 3 brought the client's name and version and the features; a version that is not
 * answered gets error 35 with the range of this API (KIP-511). Below version 4 features with level 0 in their range
 * are left out, because older Java clients cannot read them (KAFKA-17011).
 */
export function apiVersionsHandler(
  needs: ApiVersionsNeeds,
): Handler<typeof apiVersionsRequest, typeof apiVersionsResponse> {
  return {
    request: apiVersionsRequest,
    response: apiVersionsResponse,
    handle(request, { apiVersion }) {
      const namesItself =
        CLIENT_SOFTWARE.test(request.clientSoftwareName) &&
        CLIENT_SOFTWARE.test(request.clientSoftwareVersion);
      if (apiVersion >= 3 && !namesItself) return { errorCode: ErrorCode.INVALID_REQUEST };
      const finalized = needs.finalizedFeatures();
      return {
        apiKeys: needs.ranges(),
        supportedFeatures: needs.supportedFeatures
          .filter(({ minSupportedVersion }) => apiVersion >= 4 || minSupportedVersion > 0)
          .map(({ name, minSupportedVersion, maxSupportedVersion }) => ({
            name,
            minVersion: minSupportedVersion,
            maxVersion: maxSupportedVersion,
          })),
        finalizedFeaturesEpoch: finalized.epoch,
        finalizedFeatures: [...finalized.levels].map(([name, level]) => ({
          name,
          minVersionLevel: level,
          maxVersionLevel: level,
        })),
      };
    },
    refuse(errorCode) {
      const own = needs.ranges().filter(({ apiKey }) => apiKey === apiVersionsRequest.apiKey);
      return { errorCode, apiKeys: errorCode === ErrorCode.UNSUPPORTED_VERSION ? own : [] };
    },
  };
}
