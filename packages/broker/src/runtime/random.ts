/** The port through which every room sees chance; seeded in the simulator. */
export interface Random {
  /** A uniformly drawn integer in `[0, 2^32)`. */
  uint32(): number;
  /** A random (version 4) UUID in Kafka's text form: 22 characters of unpadded URL-safe base64, never a reserved id and never starting with `-`. */
  uuid(): string;
}
