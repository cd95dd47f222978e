export type Codec = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** A record as a client wrote it. */
export interface SentRecord {
  readonly key: string | null;
  readonly value: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A record as a client read it. */
export interface ReadRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Somebody else's Kafka client, behind the few verbs that the interop table is made of. */
export interface InteropClient {
  /** The name of its row in the table. */
  readonly name: string;
  /** Every compression the client can write. */
  readonly codecs: readonly Codec[];
  version(): Promise<string>;
  createTopic(bootstrap: string, topic: string, partitions: number): Promise<void>;
  produce(bootstrap: string, topic: string, codec: Codec, records: readonly SentRecord[]): Promise<void>;
  /**
   * Joins `group`, reads `count` records from the earliest uncommitted one, commits exactly those and leaves.
   * Answers fewer when no more came within 30 s.
   */
  consume(bootstrap: string, topic: string, group: string, count: number): Promise<ReadRecord[]>;
  close(): Promise<void>;
}
