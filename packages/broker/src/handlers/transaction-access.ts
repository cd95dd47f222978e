import { ErrorCode } from '../protocol/errors.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { TransactionCoordinator } from '../transactions/transaction-coordinator.ts';
import type { RequestContext } from './handler.ts';

/** What the handlers of transactional APIs stand on. */
export interface TransactionNeeds {
  readonly transactions: TransactionCoordinator;
  readonly authorizer: Authorizer;
}

export function mayWriteTransaction(
  { authorizer }: Pick<TransactionNeeds, 'authorizer'>,
  { principal }: RequestContext,
  transactionalId: string,
): boolean {
  return authorizer.isAllowed(principal, AclOperation.WRITE, 'transactionalId', transactionalId);
}

export function mayDescribeTransaction(
  { authorizer }: Pick<TransactionNeeds, 'authorizer'>,
  { principal }: RequestContext,
  transactionalId: string,
): boolean {
  return authorizer.isAllowed(principal, AclOperation.DESCRIBE, 'transactionalId', transactionalId);
}

/** Clients of versions below `knownFrom` do not know PRODUCER_FENCED and are told the same by another code. */
export function fencedFor({ apiVersion }: RequestContext, knownFrom: number, errorCode: number): number {
  return errorCode === ErrorCode.PRODUCER_FENCED && apiVersion < knownFrom
    ? ErrorCode.INVALID_PRODUCER_EPOCH
    : errorCode;
}
