/** Kafka's text of a uuid that is not set. */
export const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA';
