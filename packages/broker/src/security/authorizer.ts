import type { Principal } from './principal.ts';

/** Kafka's AclOperation codes, as they travel in authorised-operations bit sets. */
export const AclOperation = {
  READ: 3,
  WRITE: 4,
  CREATE: 5,
  DELETE: 6,
  ALTER: 7,
  DESCRIBE: 8,
  CLUSTER_ACTION: 9,
  DESCRIBE_CONFIGS: 10,
  ALTER_CONFIGS: 11,
  IDEMPOTENT_WRITE: 12,
} as const;
export type AclOperation = (typeof AclOperation)[keyof typeof AclOperation];

export type ResourceType = 'topic' | 'group' | 'cluster' | 'transactionalId';

/** The one place that says who may do what. Handlers ask it for each resource they touch. */
export interface Authorizer {
  isAllowed(
    principal: Principal,
    operation: AclOperation,
    resourceType: ResourceType,
    resourceName: string,
  ): boolean;
}

/** A broker without ACLs: everyone may do everything, as Kafka without `authorizer.class.name`. */
export const allowAll: Authorizer = { isAllowed: () => true };
