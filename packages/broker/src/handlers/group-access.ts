import type { GroupClient } from '../groups/group-client.ts';
import type { GroupCoordinator } from '../groups/group-coordinator.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { RequestContext } from './handler.ts';

/** What the handlers of group APIs stand on. */
export interface GroupNeeds {
  readonly coordinator: GroupCoordinator;
  readonly authorizer: Authorizer;
}

/** Membership and commits need READ on the group. */
export function mayUseGroup(needs: GroupNeeds, context: RequestContext, groupId: string): boolean {
  return needs.authorizer.isAllowed(context.principal, AclOperation.READ, 'group', groupId);
}

/** How a group remembers the client; the slash is how Java prints an address without a name. */
export function groupClient({ apiVersion, clientHost, clientId }: RequestContext): GroupClient {
  return { clientId: clientId ?? '', clientHost: `/${clientHost}`, apiVersion };
}
