import { errorOf } from '@odradek/broker/protocol';

/** Kafka answered a request with an error. */
export class KafkaError extends Error {
  /** Kafka's name of it, such as `TOPIC_ALREADY_EXISTS`. */
  readonly kafkaName: string;
  readonly retriable: boolean;

  /** `message` is the broker's own text; null where it gave none. */
  constructor(code: number, message: string | null) {
    const { name, retriable, message: meaning } = errorOf(code);
    super(message ?? meaning);
    this.name = 'KafkaError';
    this.kafkaName = name;
    this.retriable = retriable;
  }
}
