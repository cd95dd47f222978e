/** The Kafka client library's module. */
export type KafkaLibrary = typeof import('@platformatic/kafka');

/**
 * Loads the Kafka client. It costs a quarter of a second and tens of megabytes, so it is loaded only when a
 * cluster is to be reached, after the console answers; never import it statically (design decision 10).
 */
export function loadKafkaLibrary(): Promise<KafkaLibrary> {
  return import('@platformatic/kafka');
}
