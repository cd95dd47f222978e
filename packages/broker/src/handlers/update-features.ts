import type { Controller } from '../controller/controller.ts';
import { type FeatureUpdate, UpgradeType } from '../controller/update-features.ts';
import { ErrorCode, errorOf } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { updateFeaturesRequest } from '../protocol/messages/update-features-request.ts';
import { updateFeaturesResponse } from '../protocol/messages/update-features-response.ts';
import { CLUSTER_RESOURCE } from '../security/authorized-operations.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import { type Handler, NOT_CONTROLLER } from './handler.ts';

export interface UpdateFeaturesNeeds {
  readonly controller: Controller;
  readonly authorizer: Authorizer;
}

type UpdateFeaturesRequest = Decoded<typeof updateFeaturesRequest>;
type UpdateFeaturesResponse = Encodable<typeof updateFeaturesResponse>;

/** In version 0 a downgrade is allowed or not, and none is unsafe. */
const UPGRADE_TYPES_FROM = 1;

/** Up to version 1 each feature has an answer of its own. */
const RESULTS_UP_TO = 1;

/** UpdateFeatures (key 57), versions 0–2 (KIP-584): all levels change, or none. */
export function updateFeaturesHandler(
  needs: UpdateFeaturesNeeds,
): Handler<typeof updateFeaturesRequest, typeof updateFeaturesResponse> {
  return {
    request: updateFeaturesRequest,
    response: updateFeaturesResponse,
    async handle(request, { principal, apiVersion }) {
      const { authorizer, controller } = needs;
      if (!authorizer.isAllowed(principal, AclOperation.ALTER, 'cluster', CLUSTER_RESOURCE)) {
        return refused(ErrorCode.CLUSTER_AUTHORIZATION_FAILED);
      }
      const { validateOnly } = request;
      const outcome = await controller.updateFeatures(updatesIn(request, apiVersion), { validateOnly });
      if (outcome.kind === 'not-controller') return NOT_CONTROLLER;
      const { errorCode, errorMessage } = outcome.response;
      if (errorCode !== ErrorCode.NONE) {
        const text = `The update failed for all features since the following feature had an error: ${errorMessage}`;
        return { errorCode, errorMessage: text, results: [] };
      }
      return { errorCode, errorMessage: null, results: apiVersion <= RESULTS_UP_TO ? results(request) : [] };
    },
    refuse: refused,
  };
}

function updatesIn({ featureUpdates }: UpdateFeaturesRequest, apiVersion: number): readonly FeatureUpdate[] {
  return featureUpdates.map(({ feature, maxVersionLevel, allowDowngrade, upgradeType }) => ({
    feature,
    level: maxVersionLevel,
    upgradeType:
      apiVersion >= UPGRADE_TYPES_FROM
        ? upgradeType
        : allowDowngrade
          ? UpgradeType.SAFE_DOWNGRADE
          : UpgradeType.UPGRADE,
  }));
}

function results({ featureUpdates }: UpdateFeaturesRequest) {
  const { message: errorMessage } = errorOf(ErrorCode.NONE);
  return featureUpdates.map(({ feature }) => ({ feature, errorCode: ErrorCode.NONE, errorMessage }));
}

function refused(errorCode: number): UpdateFeaturesResponse {
  return { errorCode, errorMessage: errorOf(errorCode).message, results: [] };
}
