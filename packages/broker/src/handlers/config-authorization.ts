import { ConfigResourceType } from '../metadata/config-resource.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { CLUSTER_RESOURCE } from '../security/authorized-operations.ts';
import type { AclOperation, Authorizer } from '../security/authorizer.ts';
import type { Principal } from '../security/principal.ts';

const KNOWN_TYPES: ReadonlySet<number> = new Set(Object.values(ConfigResourceType));

export function isConfigResourceType(type: number): boolean {
  return KNOWN_TYPES.has(type);
}

/** The error for a principal that may not see or change the configs of a resource; null when it may. */
export function configAuthorizationError(
  authorizer: Authorizer,
  principal: Principal,
  asked: { readonly type: number; readonly name: string; readonly operation: AclOperation },
): number | null {
  const { type, name, operation } = asked;
  switch (type) {
    case ConfigResourceType.TOPIC:
      return authorizer.isAllowed(principal, operation, 'topic', name)
        ? null
        : ErrorCode.TOPIC_AUTHORIZATION_FAILED;
    case ConfigResourceType.GROUP:
      return authorizer.isAllowed(principal, operation, 'group', name)
        ? null
        : ErrorCode.GROUP_AUTHORIZATION_FAILED;
    default:
      return authorizer.isAllowed(principal, operation, 'cluster', CLUSTER_RESOURCE)
        ? null
        : ErrorCode.CLUSTER_AUTHORIZATION_FAILED;
  }
}
