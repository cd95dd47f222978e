import type { GroupClient } from '../groups/group-client.ts';
import type { GroupCoordinator } from '../groups/group-coordinator.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { RequestContext } from './handler.ts';

const GROUP_OPERATIONS = [
  AclOperation.READ,
  AclOperation.DELETE,
  AclOperation.DESCRIBE,
  AclOperation.DESCRIBE_CONFIGS,
  AclOperation.ALTER_CONFIGS,
] as const;

/** What the handlers of group APIs stand on. */
export interface GroupNeeds {
  readonly coordinator: GroupCoordinator;
  readonly authorizer: Authorizer;
}

export interface ConsumerGroupNeeds extends GroupNeeds {
  /** Whether the cluster's `group.version` and this broker's configs have the consumer protocol on offer. */
  readonly offersConsumerGroups: () => boolean;
}

/** Membership and commits need READ on the group. */
export function mayUseGroup(needs: GroupNeeds, context: RequestContext, groupId: string): boolean {
  return needs.authorizer.isAllowed(context.principal, AclOperation.READ, 'group', groupId);
}

/** How a group remembers the client; the slash is how Java prints an address without a name. */
export function groupClient({ apiVersion, clientHost, clientId }: RequestContext): GroupClient {
  return { clientId: clientId ?? '', clientHost: `/${clientHost}`, apiVersion };
}

/** What the client may do with a group: one bit for each operation, at the place of its code (KIP-430). */
export function authorizedGroupOperations(
  { authorizer }: GroupNeeds,
  groupId: string,
  { principal }: RequestContext,
): number {
  let bits = 0;
  for (const operation of GROUP_OPERATIONS) {
    if (authorizer.isAllowed(principal, operation, 'group', groupId)) bits |= 1 << operation;
  }
  return bits;
}
