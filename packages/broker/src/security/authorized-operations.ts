import { AclOperation, type Authorizer, type ResourceType } from './authorizer.ts';
import type { Principal } from './principal.ts';

/** The name of the one resource of type cluster. */
export const CLUSTER_RESOURCE = 'kafka-cluster';

const TOPIC_OPERATIONS: readonly AclOperation[] = [
  AclOperation.READ,
  AclOperation.WRITE,
  AclOperation.CREATE,
  AclOperation.DELETE,
  AclOperation.ALTER,
  AclOperation.DESCRIBE,
  AclOperation.DESCRIBE_CONFIGS,
  AclOperation.ALTER_CONFIGS,
];

const CLUSTER_OPERATIONS: readonly AclOperation[] = [
  AclOperation.CREATE,
  AclOperation.ALTER,
  AclOperation.DESCRIBE,
  AclOperation.CLUSTER_ACTION,
  AclOperation.DESCRIBE_CONFIGS,
  AclOperation.ALTER_CONFIGS,
  AclOperation.IDEMPOTENT_WRITE,
];

/** What the principal may do to a topic: one bit for each operation, at the place of its code (KIP-430). */
export function authorizedTopicOperations(
  authorizer: Authorizer,
  principal: Principal,
  topic: string,
): number {
  return bitsOf(TOPIC_OPERATIONS, authorizer, { principal, type: 'topic', name: topic });
}

/** The same for the cluster as a whole. */
export function authorizedClusterOperations(authorizer: Authorizer, principal: Principal): number {
  return bitsOf(CLUSTER_OPERATIONS, authorizer, { principal, type: 'cluster', name: CLUSTER_RESOURCE });
}

function bitsOf(
  operations: readonly AclOperation[],
  authorizer: Authorizer,
  asked: { readonly principal: Principal; readonly type: ResourceType; readonly name: string },
): number {
  let bits = 0;
  for (const operation of operations) {
    if (authorizer.isAllowed(asked.principal, operation, asked.type, asked.name)) bits |= 1 << operation;
  }
  return bits;
}
