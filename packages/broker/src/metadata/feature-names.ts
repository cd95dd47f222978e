/** Which records of the metadata log are written, and in which versions. */
export const METADATA_VERSION_FEATURE = 'metadata.version';

/** By which rules the quorum works; control records of the log carry its level, and no other record. */
export const KRAFT_VERSION_FEATURE = 'kraft.version';

/** Its level 1 has the controller remember who left an ISR at its minimum (KIP-966). */
export const ELIGIBLE_LEADERS_FEATURE = 'eligible.leader.replicas.version';

/** Its level 1 has groups of the consumer protocol (KIP-848). */
export const GROUP_VERSION_FEATURE = 'group.version';

/** Its level 1 has transactions written in flexible records; at 2 each has a producer epoch of its own (KIP-890). */
export const TRANSACTION_VERSION_FEATURE = 'transaction.version';
