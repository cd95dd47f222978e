import type { ListedGroup } from '../groups/classic/describe-group.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { listGroupsRequest } from '../protocol/messages/list-groups-request.ts';
import { listGroupsResponse } from '../protocol/messages/list-groups-response.ts';
import { AclOperation } from '../security/authorizer.ts';
import type { GroupNeeds } from './group-access.ts';
import type { Handler } from './handler.ts';

/** The one resource of type cluster. */
const CLUSTER = 'kafka-cluster';

/**
 * ListGroups (key 16), versions 0–5: groups whose coordinator is this broker. Version 4 filters by state, 5 by
 * type, both whatever their case. DESCRIBE on the cluster shows all groups, otherwise those that may be described.
 */
export function listGroupsHandler(
  needs: GroupNeeds,
): Handler<typeof listGroupsRequest, typeof listGroupsResponse> {
  return {
    request: listGroupsRequest,
    response: listGroupsResponse,
    handle({ statesFilter, typesFilter }, { principal }) {
      const { authorizer, coordinator } = needs;
      const result = coordinator.listGroups();
      if (result.kind === 'refused') return { errorCode: result.errorCode };
      const seesAll = authorizer.isAllowed(principal, AclOperation.DESCRIBE, 'cluster', CLUSTER);
      const states = filterOf(statesFilter);
      const types = filterOf(typesFilter);
      const isWanted = ({ groupId, groupState, groupType }: ListedGroup): boolean =>
        states(groupState) &&
        types(groupType) &&
        (seesAll || authorizer.isAllowed(principal, AclOperation.DESCRIBE, 'group', groupId ?? ''));
      return { errorCode: ErrorCode.NONE, groups: result.value.filter(isWanted) };
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}

/** An empty filter lets everything pass. */
function filterOf(wanted: readonly string[]): (value: string | undefined) => boolean {
  if (wanted.length === 0) return () => true;
  const lower = new Set(wanted.map((text) => text.trim().toLowerCase()));
  return (value) => value !== undefined && lower.has(value.toLowerCase());
}
