/** One of the error codes of Kafka 4.3.1. */
export interface ProtocolErrorDescription {
  readonly name: string;
  readonly code: number;
  /** Whether a client may try the same request again, as Kafka's clients classify it. */
  readonly retriable: boolean;
  /** What it means, for people; clients rely on the code alone. */
  readonly message: string;
}

const NOT_RETRIABLE = false;
const RETRIABLE = true;

/** Name → code, retriable, message. */
const errors = {
  UNKNOWN_SERVER_ERROR: [
    -1,
    NOT_RETRIABLE,
    'Something unexpected went wrong in the server while it handled the request.',
  ],
  NONE: [0, NOT_RETRIABLE, 'No error.'],
  OFFSET_OUT_OF_RANGE: [
    1,
    NOT_RETRIABLE,
    "No record has this offset: it lies before the log's start or after its end.",
  ],
  CORRUPT_MESSAGE: [
    2,
    RETRIABLE,
    'The record batch is damaged or malformed: checksum, size or key are not as they must be.',
  ],
  UNKNOWN_TOPIC_OR_PARTITION: [3, RETRIABLE, 'No such topic or partition on this server.'],
  INVALID_FETCH_SIZE: [4, NOT_RETRIABLE, 'The fetch size asked for is not allowed.'],
  LEADER_NOT_AVAILABLE: [
    5,
    RETRIABLE,
    'The partition has no leader at the moment; an election is under way.',
  ],
  NOT_LEADER_OR_FOLLOWER: [
    6,
    RETRIABLE,
    'This broker is not the leader, or not a replica, of the partition.',
  ],
  REQUEST_TIMED_OUT: [7, RETRIABLE, 'The request was not completed in time.'],
  BROKER_NOT_AVAILABLE: [8, NOT_RETRIABLE, 'The broker is not available.'],
  REPLICA_NOT_AVAILABLE: [9, RETRIABLE, 'No usable replica of the partition is here.'],
  MESSAGE_TOO_LARGE: [10, NOT_RETRIABLE, "A record batch is larger than the topic's max.message.bytes."],
  STALE_CONTROLLER_EPOCH: [11, NOT_RETRIABLE, 'The controller has moved to another node.'],
  OFFSET_METADATA_TOO_LARGE: [
    12,
    NOT_RETRIABLE,
    'The metadata of the committed offset is longer than allowed.',
  ],
  NETWORK_EXCEPTION: [13, RETRIABLE, 'The connection broke before the answer came.'],
  COORDINATOR_LOAD_IN_PROGRESS: [14, RETRIABLE, 'The coordinator is still loading its state.'],
  COORDINATOR_NOT_AVAILABLE: [15, RETRIABLE, 'No coordinator is available at the moment.'],
  NOT_COORDINATOR: [16, RETRIABLE, 'This broker is not the coordinator of that key.'],
  INVALID_TOPIC_EXCEPTION: [17, NOT_RETRIABLE, "The topic's name or the operation on it is not allowed."],
  RECORD_LIST_TOO_LARGE: [18, NOT_RETRIABLE, 'A record batch is larger than a log segment may be.'],
  NOT_ENOUGH_REPLICAS: [
    19,
    RETRIABLE,
    'Fewer replicas are in sync than min.insync.replicas asks for; nothing was written.',
  ],
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: [
    20,
    RETRIABLE,
    'The records were written, but too few replicas were in sync to confirm them.',
  ],
  INVALID_REQUIRED_ACKS: [21, NOT_RETRIABLE, 'acks must be 0, 1 or -1.'],
  ILLEGAL_GENERATION: [22, NOT_RETRIABLE, "The generation is not the group's present one."],
  INCONSISTENT_GROUP_PROTOCOL: [
    23,
    NOT_RETRIABLE,
    "The member's protocol type or protocols do not go together with the group's.",
  ],
  INVALID_GROUP_ID: [24, NOT_RETRIABLE, 'The group id is not a valid one.'],
  UNKNOWN_MEMBER_ID: [25, NOT_RETRIABLE, 'The coordinator knows no such member.'],
  INVALID_SESSION_TIMEOUT: [26, NOT_RETRIABLE, 'The session timeout lies outside what the broker allows.'],
  REBALANCE_IN_PROGRESS: [27, NOT_RETRIABLE, 'The group is rebalancing; join again.'],
  INVALID_COMMIT_OFFSET_SIZE: [28, NOT_RETRIABLE, 'The committed offsets together are too large.'],
  TOPIC_AUTHORIZATION_FAILED: [29, NOT_RETRIABLE, 'Not authorised for the topic.'],
  GROUP_AUTHORIZATION_FAILED: [30, NOT_RETRIABLE, 'Not authorised for the group.'],
  CLUSTER_AUTHORIZATION_FAILED: [31, NOT_RETRIABLE, 'Not authorised for the cluster.'],
  INVALID_TIMESTAMP: [32, NOT_RETRIABLE, "The record's timestamp is outside the range that is accepted."],
  UNSUPPORTED_SASL_MECHANISM: [33, NOT_RETRIABLE, 'The broker does not offer that SASL mechanism.'],
  ILLEGAL_SASL_STATE: [34, NOT_RETRIABLE, 'The request does not fit the present step of the SASL exchange.'],
  UNSUPPORTED_VERSION: [35, NOT_RETRIABLE, 'The broker does not support this version of the API.'],
  TOPIC_ALREADY_EXISTS: [36, NOT_RETRIABLE, 'A topic of this name exists.'],
  INVALID_PARTITIONS: [37, NOT_RETRIABLE, 'The number of partitions is not possible.'],
  INVALID_REPLICATION_FACTOR: [
    38,
    NOT_RETRIABLE,
    'The replication factor is below 1 or above the number of usable brokers.',
  ],
  INVALID_REPLICA_ASSIGNMENT: [39, NOT_RETRIABLE, 'The replica assignment is not possible.'],
  INVALID_CONFIG: [40, NOT_RETRIABLE, 'A configuration is not valid.'],
  NOT_CONTROLLER: [41, RETRIABLE, 'This node is not the active controller.'],
  INVALID_REQUEST: [42, NOT_RETRIABLE, 'The request is malformed or contradicts itself.'],
  UNSUPPORTED_FOR_MESSAGE_FORMAT: [43, NOT_RETRIABLE, 'The stored message format cannot serve the request.'],
  POLICY_VIOLATION: [44, NOT_RETRIABLE, 'A policy of the cluster forbids it.'],
  OUT_OF_ORDER_SEQUENCE_NUMBER: [
    45,
    NOT_RETRIABLE,
    "The producer's sequence number leaves a gap or goes back.",
  ],
  DUPLICATE_SEQUENCE_NUMBER: [46, NOT_RETRIABLE, "The producer's sequence number was used before."],
  INVALID_PRODUCER_EPOCH: [47, NOT_RETRIABLE, "The producer's epoch is older than the present one."],
  INVALID_TXN_STATE: [48, NOT_RETRIABLE, 'The transaction is in a state that does not permit this.'],
  INVALID_PRODUCER_ID_MAPPING: [
    49,
    NOT_RETRIABLE,
    'The producer id does not belong to the transactional id.',
  ],
  INVALID_TRANSACTION_TIMEOUT: [
    50,
    NOT_RETRIABLE,
    'The transaction timeout is above transaction.max.timeout.ms.',
  ],
  CONCURRENT_TRANSACTIONS: [51, RETRIABLE, 'Another operation on the same transaction is still running.'],
  TRANSACTION_COORDINATOR_FENCED: [
    52,
    NOT_RETRIABLE,
    'The sender of the transaction marker is no longer the coordinator.',
  ],
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: [53, NOT_RETRIABLE, 'Not authorised for the transactional id.'],
  SECURITY_DISABLED: [54, NOT_RETRIABLE, 'Security features are switched off.'],
  OPERATION_NOT_ATTEMPTED: [55, NOT_RETRIABLE, 'The broker did not get to this part of the request.'],
  KAFKA_STORAGE_ERROR: [56, RETRIABLE, 'The disk that holds the log failed.'],
  LOG_DIR_NOT_FOUND: [57, NOT_RETRIABLE, 'The broker has no such log directory.'],
  SASL_AUTHENTICATION_FAILED: [58, NOT_RETRIABLE, 'SASL authentication failed.'],
  UNKNOWN_PRODUCER_ID: [59, NOT_RETRIABLE, 'The broker knows nothing of this producer id.'],
  REASSIGNMENT_IN_PROGRESS: [60, NOT_RETRIABLE, 'A reassignment of the partition is under way.'],
  DELEGATION_TOKEN_AUTH_DISABLED: [61, NOT_RETRIABLE, 'Delegation tokens are switched off.'],
  DELEGATION_TOKEN_NOT_FOUND: [62, NOT_RETRIABLE, 'No such delegation token.'],
  DELEGATION_TOKEN_OWNER_MISMATCH: [
    63,
    NOT_RETRIABLE,
    'The principal is neither owner nor renewer of the token.',
  ],
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: [
    64,
    NOT_RETRIABLE,
    'Delegation tokens cannot be requested over this kind of connection.',
  ],
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: [65, NOT_RETRIABLE, 'Not authorised for the delegation token.'],
  DELEGATION_TOKEN_EXPIRED: [66, NOT_RETRIABLE, 'The delegation token has expired.'],
  INVALID_PRINCIPAL_TYPE: [67, NOT_RETRIABLE, 'This type of principal is not supported.'],
  NON_EMPTY_GROUP: [68, NOT_RETRIABLE, 'The group still has members.'],
  GROUP_ID_NOT_FOUND: [69, NOT_RETRIABLE, 'No such group.'],
  FETCH_SESSION_ID_NOT_FOUND: [70, RETRIABLE, 'No such fetch session.'],
  INVALID_FETCH_SESSION_EPOCH: [71, RETRIABLE, "The fetch session's epoch is not the expected one."],
  LISTENER_NOT_FOUND: [72, RETRIABLE, "The partition's leader has no listener of this name."],
  TOPIC_DELETION_DISABLED: [73, NOT_RETRIABLE, 'Deleting topics is switched off.'],
  FENCED_LEADER_EPOCH: [74, RETRIABLE, "The leader epoch in the request is older than the broker's."],
  UNKNOWN_LEADER_EPOCH: [75, RETRIABLE, "The leader epoch in the request is newer than the broker's."],
  UNSUPPORTED_COMPRESSION_TYPE: [76, NOT_RETRIABLE, "The client's version cannot read this compression."],
  STALE_BROKER_EPOCH: [77, NOT_RETRIABLE, "The broker's epoch has changed."],
  OFFSET_NOT_AVAILABLE: [78, RETRIABLE, 'A new leader has not confirmed its high watermark yet.'],
  MEMBER_ID_REQUIRED: [79, NOT_RETRIABLE, 'Join again with the member id given in the answer.'],
  PREFERRED_LEADER_NOT_AVAILABLE: [80, RETRIABLE, 'The preferred leader was not available.'],
  GROUP_MAX_SIZE_REACHED: [81, NOT_RETRIABLE, 'The group has as many members as it may have.'],
  FENCED_INSTANCE_ID: [
    82,
    NOT_RETRIABLE,
    'Another member with the same group.instance.id has taken its place.',
  ],
  ELIGIBLE_LEADERS_NOT_AVAILABLE: [83, RETRIABLE, 'Eligible topic partition leaders are not available.'],
  ELECTION_NOT_NEEDED: [84, RETRIABLE, 'The partition needs no election.'],
  NO_REASSIGNMENT_IN_PROGRESS: [85, NOT_RETRIABLE, 'No reassignment of the partition is under way.'],
  GROUP_SUBSCRIBED_TO_TOPIC: [
    86,
    NOT_RETRIABLE,
    'The group is subscribed to the topic, so its offsets stay.',
  ],
  INVALID_RECORD: [87, NOT_RETRIABLE, "A record did not pass the broker's validation."],
  UNSTABLE_OFFSET_COMMIT: [88, RETRIABLE, 'Offsets are part of a transaction that is still open.'],
  THROTTLING_QUOTA_EXCEEDED: [89, RETRIABLE, 'A quota is used up for now.'],
  PRODUCER_FENCED: [
    90,
    NOT_RETRIABLE,
    'A newer producer with the same transactional id has fenced this one.',
  ],
  RESOURCE_NOT_FOUND: [91, NOT_RETRIABLE, 'The request names something that does not exist.'],
  DUPLICATE_RESOURCE: [92, NOT_RETRIABLE, 'The request names the same thing twice.'],
  UNACCEPTABLE_CREDENTIAL: [93, NOT_RETRIABLE, 'The credential does not meet the requirements.'],
  INCONSISTENT_VOTER_SET: [94, NOT_RETRIABLE, 'Sender or receiver is not among the expected voters.'],
  INVALID_UPDATE_VERSION: [95, NOT_RETRIABLE, 'The version in the update is not valid.'],
  FEATURE_UPDATE_FAILED: [96, NOT_RETRIABLE, 'The features could not be updated.'],
  PRINCIPAL_DESERIALIZATION_FAILURE: [97, NOT_RETRIABLE, 'The forwarded principal could not be read.'],
  SNAPSHOT_NOT_FOUND: [98, NOT_RETRIABLE, 'No such snapshot.'],
  POSITION_OUT_OF_RANGE: [99, NOT_RETRIABLE, 'The position lies outside the snapshot.'],
  UNKNOWN_TOPIC_ID: [100, RETRIABLE, 'No topic with this id on this server.'],
  DUPLICATE_BROKER_REGISTRATION: [101, NOT_RETRIABLE, 'A broker with this id is registered already.'],
  BROKER_ID_NOT_REGISTERED: [102, NOT_RETRIABLE, 'No broker with this id is registered.'],
  INCONSISTENT_TOPIC_ID: [103, RETRIABLE, 'The topic id is not that of the log.'],
  INCONSISTENT_CLUSTER_ID: [104, NOT_RETRIABLE, "The cluster id is not this cluster's."],
  TRANSACTIONAL_ID_NOT_FOUND: [105, NOT_RETRIABLE, 'No such transactional id.'],
  FETCH_SESSION_TOPIC_ID_ERROR: [106, RETRIABLE, 'The fetch session mixes topic names and topic ids.'],
  INELIGIBLE_REPLICA: [107, NOT_RETRIABLE, 'A replica in the new ISR is not eligible for it.'],
  NEW_LEADER_ELECTED: [108, NOT_RETRIABLE, 'The partition was changed, and has a new leader.'],
  OFFSET_MOVED_TO_TIERED_STORAGE: [109, NOT_RETRIABLE, 'The offset was moved to tiered storage.'],
  FENCED_MEMBER_EPOCH: [
    110,
    NOT_RETRIABLE,
    "The member's epoch was fenced; give up all partitions and join again.",
  ],
  UNRELEASED_INSTANCE_ID: [111, NOT_RETRIABLE, 'Another member still holds the group.instance.id.'],
  UNSUPPORTED_ASSIGNOR: [112, NOT_RETRIABLE, 'The group does not support that assignor.'],
  STALE_MEMBER_EPOCH: [113, NOT_RETRIABLE, "The member's epoch is old; use the one of the latest heartbeat."],
  MISMATCHED_ENDPOINT_TYPE: [114, NOT_RETRIABLE, 'The request went to the wrong type of endpoint.'],
  UNSUPPORTED_ENDPOINT_TYPE: [115, NOT_RETRIABLE, 'This type of endpoint is not supported.'],
  UNKNOWN_CONTROLLER_ID: [116, NOT_RETRIABLE, 'No controller with this id.'],
  UNKNOWN_SUBSCRIPTION_ID: [117, NOT_RETRIABLE, 'The telemetry subscription is unknown or outdated.'],
  TELEMETRY_TOO_LARGE: [118, NOT_RETRIABLE, 'The telemetry is larger than the broker accepts.'],
  INVALID_REGISTRATION: [119, NOT_RETRIABLE, 'The controller found the registration not valid.'],
  TRANSACTION_ABORTABLE: [
    120,
    NOT_RETRIABLE,
    'The transaction failed; abort it to go on with the same transactional id.',
  ],
  INVALID_RECORD_STATE: [
    121,
    NOT_RETRIABLE,
    'The record is in a state in which it cannot be acknowledged so.',
  ],
  SHARE_SESSION_NOT_FOUND: [122, RETRIABLE, 'No such share session.'],
  INVALID_SHARE_SESSION_EPOCH: [123, RETRIABLE, "The share session's epoch is not the expected one."],
  FENCED_STATE_EPOCH: [124, NOT_RETRIABLE, "The share group's state epoch is not the coordinator's."],
  INVALID_VOTER_KEY: [125, NOT_RETRIABLE, "The voter's key is not that of the receiver."],
  DUPLICATE_VOTER: [126, NOT_RETRIABLE, 'The voter is in the set already.'],
  VOTER_NOT_FOUND: [127, NOT_RETRIABLE, 'The voter is not in the set.'],
  INVALID_REGULAR_EXPRESSION: [128, NOT_RETRIABLE, 'The regular expression is not valid.'],
  REBOOTSTRAP_REQUIRED: [
    129,
    NOT_RETRIABLE,
    "The client's metadata is outdated; start again from the bootstrap servers.",
  ],
  STREAMS_INVALID_TOPOLOGY: [130, NOT_RETRIABLE, 'The topology is not valid.'],
  STREAMS_INVALID_TOPOLOGY_EPOCH: [131, NOT_RETRIABLE, "The topology's epoch is not valid."],
  STREAMS_TOPOLOGY_FENCED: [132, NOT_RETRIABLE, "The topology's epoch is outdated."],
  SHARE_SESSION_LIMIT_REACHED: [133, RETRIABLE, 'The broker holds as many share sessions as it may.'],
} as const satisfies Record<string, readonly [code: number, retriable: boolean, message: string]>;

export type ErrorName = keyof typeof errors;

/** The code of each error by Kafka's name for it. */
export const ErrorCode = Object.freeze(
  Object.fromEntries(Object.entries(errors).map(([name, [code]]) => [name, code])),
) as { readonly [Name in ErrorName]: (typeof errors)[Name][0] };

const byCode: ReadonlyMap<number, ProtocolErrorDescription> = new Map(
  Object.entries(errors).map(([name, [code, retriable, message]]) => [
    code,
    { name, code, retriable, message },
  ]),
);

const unknown: ProtocolErrorDescription = {
  name: 'UNKNOWN_SERVER_ERROR',
  code: -1,
  retriable: false,
  message: errors.UNKNOWN_SERVER_ERROR[2],
};

/** What an error code stands for; a code that Kafka 4.3.1 does not know is an UNKNOWN_SERVER_ERROR, as in its clients. */
export function errorOf(code: number): ProtocolErrorDescription {
  return byCode.get(code) ?? unknown;
}
