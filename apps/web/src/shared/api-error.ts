/** A call to the console's server that did not succeed. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** Kafka's name for the error, one of the contract's own codes, or one of `clientErrorCodes`. */
  readonly code: string;
  /** The input that is to blame, when one is. */
  readonly field: string | null;
  /** `GET /api/…`, as sent. */
  readonly request: string;

  constructor(error: {
    status: number;
    code: string;
    message: string;
    field: string | null;
    request: string;
  }) {
    super(error.message);
    this.status = error.status;
    this.code = error.code;
    this.field = error.field;
    this.request = error.request;
  }
}

/** Errors that are found in the browser. */
export type ClientErrorCode = 'CONSOLE_UNREACHABLE' | 'UNEXPECTED_ANSWER';

/** What a person can do about an error, where something is known to help. */
export function remedyFor(code: string): string | undefined {
  return remedies[code];
}

const remedies: Readonly<Record<string, string>> = {
  CONSOLE_UNREACHABLE:
    'Look whether `odradek up` or `odradek console` is still running. The page tries again by itself.',
  UNEXPECTED_ANSWER: 'Page and server are of different versions: reload the page.',
  CLUSTER_UNREACHABLE: 'The console tries again by itself; the overview names the address and the cause.',
  CLUSTER_READ_ONLY:
    'This cluster is defined as read-only. Set `readOnly: false` in the console’s configuration to allow changes.',
  UNKNOWN_CLUSTER: 'Choose one of the clusters in the list at the top left.',
  NOT_MANAGED: 'Only a cluster that `odradek up` started can do this.',
  GROUP_ACTIVE: 'When they have stopped, look again.',
  OFFSETS_CHANGED: 'Look again: the preview will be of what is there then.',
  NO_SUCH_TRANSACTION: 'The page shows what is open now.',
  API_NOT_SUPPORTED: 'Apache Kafka 3.0 and later can do this.',
  TOO_MANY_REQUESTS: 'Wait a few seconds, then try again.',
  UNKNOWN_TOPIC_OR_PARTITION: 'The topic may have been deleted. Go back to the list of topics.',
  GROUP_ID_NOT_FOUND:
    'The group may have been deleted or its offsets may have expired. Go back to the list of groups.',
  TOPIC_AUTHORIZATION_FAILED: 'The console’s user needs DESCRIBE and READ on this topic.',
  GROUP_AUTHORIZATION_FAILED: 'The console’s user needs DESCRIBE on this group, and READ to set its offsets.',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    'The console’s user needs DESCRIBE and WRITE on this transactional id.',
  CLUSTER_AUTHORIZATION_FAILED: 'The console’s user needs DESCRIBE on the cluster.',
  LEADER_NOT_AVAILABLE:
    'The partition has no leader at the moment. Start the brokers that hold its replicas.',
  NOT_ENOUGH_REPLICAS:
    'Too few replicas are in sync for this write. Start the missing brokers or lower min.insync.replicas.',
  INVALID_REPLICATION_FACTOR: 'Choose a replication factor that is not larger than the number of brokers.',
  TOPIC_ALREADY_EXISTS: 'Choose another name.',
};
