import * as z from 'zod';

/**
 * Codes made by the console's server itself. An error that Kafka answered carries Kafka's own name
 * (`TOPIC_ALREADY_EXISTS`, `INVALID_REPLICATION_FACTOR`, …) in the same place.
 */
export const consoleErrorCodes = [
  'TOKEN_MISSING',
  'TOKEN_INVALID',
  'FOREIGN_HOST',
  'FOREIGN_ORIGIN',
  'UNSUPPORTED_CONTENT_TYPE',
  'INVALID_REQUEST',
  'NOT_FOUND',
  'UNKNOWN_CLUSTER',
  'CLUSTER_UNREACHABLE',
  'CLUSTER_READ_ONLY',
  'NOT_MANAGED',
  'BROKER_ACT_FAILED',
  'GROUP_ACTIVE',
  'OFFSETS_CHANGED',
  'NOT_UNDOABLE',
  'NO_SUCH_TRANSACTION',
  'API_NOT_SUPPORTED',
  'TOO_MANY_REQUESTS',
  'INTERNAL',
] as const;

/** The body of every answer whose status is 400 or above. */
export const errorBody = z.object({
  error: z.object({
    /** One of `consoleErrorCodes`, or the name of a Kafka error. */
    code: z.string(),
    /** A sentence for a person, with a remedy where one is known. */
    message: z.string(),
    /** The input that is to blame (`name`, `replicationFactor`, `configs.retention.ms`), when one is. */
    field: z.string().nullable(),
    /** True when the same request may succeed later without a change. */
    retriable: z.boolean(),
    /** Where the token lies; only with TOKEN_MISSING and TOKEN_INVALID. */
    tokenFile: z.string().nullable(),
  }),
});
export type ErrorBody = z.infer<typeof errorBody>;
