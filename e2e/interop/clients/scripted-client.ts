import { DriverProcess } from '../driver-process.ts';
import type { Codec, InteropClient, ReadRecord, SentRecord } from './interop-client.ts';

/** Records for one partition, `batch` at a time, and what the producer is configured with. */
export interface WrittenRecords {
  readonly settings: Readonly<Record<string, string>>;
  readonly batch: number;
  readonly records: readonly {
    readonly key: string | null;
    readonly value: string | null;
    readonly timestamp?: number;
  }[];
}

/** A client that lives in a driver process of another language. */
export class ScriptedClient implements InteropClient {
  readonly name: string;
  readonly codecs: readonly Codec[];
  readonly #driver: DriverProcess;

  constructor(options: { name: string; codecs: readonly Codec[]; command: readonly [string, ...string[]] }) {
    this.name = options.name;
    this.codecs = options.codecs;
    const [program, ...args] = options.command;
    this.#driver = new DriverProcess(program, args);
  }

  async version(): Promise<string> {
    return (await this.#run('version', {})) as string;
  }

  async createTopic(bootstrap: string, topic: string, partitions: number): Promise<void> {
    await this.#run('createTopic', { bootstrap, topic, partitions });
  }

  async produce(
    bootstrap: string,
    topic: string,
    codec: Codec,
    records: readonly SentRecord[],
  ): Promise<void> {
    await this.#run('produce', { bootstrap, topic, codec, records });
  }

  async consume(bootstrap: string, topic: string, group: string, count: number): Promise<ReadRecord[]> {
    return (await this.#run('consume', {
      ...{ bootstrap, topic, group, count },
      timeout_seconds: 200,
    })) as ReadRecord[];
  }

  /** Starts a transactional producer; answers how that ended by the client's own account. */
  async initTransactions(bootstrap: string, transactionalId: string): Promise<{ error: string | null }> {
    const outcome = await this.#run('initTransactions', { bootstrap, transactional_id: transactionalId });
    return outcome as { error: string | null };
  }

  /** Writes to partition 0 with a producer of these configs (Java only). With a transactional id it stays open. */
  async write(bootstrap: string, topic: string, written: WrittenRecords): Promise<void> {
    await this.#run('write', { bootstrap, topic, ...written });
  }

  /** Ends the transaction that a `write` has begun (Java only). */
  async endTransaction(transactionalId: string, outcome: 'commit' | 'abort'): Promise<void> {
    await this.#run('endTransaction', { transactional_id: transactionalId, outcome });
  }

  /** Every record of partition 0 that a reader of the isolation level sees (Java only). */
  read(bootstrap: string, topic: string, isolation: string): Promise<unknown> {
    return this.#run('read', { bootstrap, topic, isolation });
  }

  close(): Promise<void> {
    return this.#driver.close();
  }

  #run(verb: string, args: Readonly<Record<string, unknown>>): Promise<unknown> {
    return this.#driver.request({ verb, arguments: args });
  }
}
