import { found } from '../patience.ts';
import type { WireClient } from './wire-client.ts';

interface Producer {
  readonly producerId: number;
  readonly producerEpoch: number;
}

const NOBODY: Producer = { producerId: -1, producerEpoch: -1 };

/** CONCURRENT_TRANSACTIONS, and what a coordinator says that is not ready. */
const CONCURRENT_TRANSACTIONS = 51;
const NOT_READY = new Set([14, 15, 16]);

type Request = Parameters<WireClient['send']>;

/**
 * A client of the transaction coordinator that keeps what it is given and says in one line what it was answered.
 * Producer ids, which differ from cluster to cluster, become the order in which they come up.
 */
export class TransactionalClient {
  readonly #client: WireClient;
  readonly #ids = new Map<number, string>([[-1, 'none']]);

  constructor(client: WireClient) {
    this.#client = client;
  }

  /** What InitProducerId gave; {@link NOBODY} when it gave nothing. */
  async init(
    transactionalId: string,
    options: { readonly version?: number; readonly timeoutMs?: number; readonly expected?: Producer } = {},
  ): Promise<{ readonly producer: Producer; readonly said: string }> {
    const { version = 5, timeoutMs = 60_000, expected } = options;
    const answer = (await this.#settled('InitProducerId', version, {
      ...{ transactionalId, transactionTimeoutMs: timeoutMs },
      ...expected,
    })) as Producer & { readonly errorCode: number };
    const { errorCode, producerEpoch, producerId } = answer;
    return {
      producer: answer,
      said: `init v${version}: ${errorCode} ${this.name({ producerId, producerEpoch })}`,
    };
  }

  /** Adds partitions of one topic, as a client (up to version 3) or as a partition's leader. */
  async add(
    transactionalId: string,
    producer: Producer,
    options: {
      readonly topic: string;
      readonly partitions: readonly number[];
      readonly version?: number;
      readonly verifyOnly?: boolean;
    },
  ): Promise<string> {
    const { topic: name, partitions, verifyOnly = false, version = 3 } = options;
    const topics = [{ name, partitions }];
    const { producerEpoch, producerId } = producer;
    const body =
      version >= 4
        ? { transactions: [{ transactionalId, producerId, producerEpoch, verifyOnly, topics }] }
        : {
            v3AndBelowTransactionalId: transactionalId,
            ...{ v3AndBelowProducerId: producerId, v3AndBelowProducerEpoch: producerEpoch },
            v3AndBelowTopics: topics,
          };
    const answer = JSON.stringify(await this.#settled('AddPartitionsToTxn', version, body));
    const codes = [...answer.matchAll(/"partitionIndex":(\d+),"partitionErrorCode":(-?\d+)/g)];
    const said = codes.map(([, partition, code]) => `${partition}=${code}`).toSorted();
    return `${verifyOnly ? 'verify' : 'add'} v${version}: ${said.join(' ')}`;
  }

  async addOffsets(transactionalId: string, producer: Producer, version = 3): Promise<string> {
    const answer = await this.#settled('AddOffsetsToTxn', version, {
      ...{ transactionalId, groupId: 'a-group', ...ids(producer) },
    });
    return `add offsets v${version}: ${answer.errorCode}`;
  }

  /** Ends the transaction; the producer is what it goes on with, where the version says so. */
  async end(
    transactionalId: string,
    producer: Producer,
    options: { readonly committed: boolean; readonly version?: number },
  ): Promise<{ readonly producer: Producer; readonly said: string }> {
    const { committed, version = 5 } = options;
    const answer = await this.#settled('EndTxn', version, { transactionalId, ...ids(producer), committed });
    const next = version >= 5 ? (answer as unknown as Producer) : NOBODY;
    const outcome = committed ? 'commit' : 'abort';
    return {
      producer: next.producerId < 0 ? producer : ids(next),
      said: `${outcome} v${version}: ${answer.errorCode} ${this.name(next)}`,
    };
  }

  /** State, producer and partitions when nothing is on its way any more. */
  async describe(transactionalId: string): Promise<string> {
    const look = async () => {
      const answer = await this.#settled('DescribeTransactions', 0, { transactionalIds: [transactionalId] });
      const [state] = (answer as unknown as { transactionStates: DescribedTransaction[] }).transactionStates;
      if (state === undefined) throw new Error('nothing is described');
      return state.transactionState.startsWith('Prepare') ? null : this.#described(state);
    };
    return found(`${transactionalId} is at rest`, look, { everyMs: 10 });
  }

  /** Which of the ids that have these names are listed. */
  async list(names: RegExp, version: number, filters: object): Promise<string> {
    const answer = (await this.#settled(
      'ListTransactions',
      version,
      filters,
    )) as unknown as ListedTransactions;
    const listed = answer.transactionStates
      .filter(({ transactionalId }) => names.test(transactionalId))
      .map(({ transactionState, transactionalId }) => `${transactionalId}=${transactionState}`);
    const unknown = answer.unknownStateFilters.toSorted();
    return `list v${version}: ${answer.errorCode} ${listed.toSorted().join(' ')} unknown: ${unknown.join(' ')}`;
  }

  name({ producerEpoch, producerId }: Producer): string {
    const known = this.#ids.get(producerId) ?? `id-${this.#ids.size}`;
    this.#ids.set(producerId, known);
    return `${known}/${producerEpoch}`;
  }

  #described(state: DescribedTransaction): string {
    const partitions = state.topics.flatMap(({ partitions, topic }) =>
      partitions.map((one) => `${topic}-${one}`),
    );
    const started = state.transactionStartTimeMs > 0 ? 'started' : 'not started';
    const { errorCode, transactionState, transactionTimeoutMs } = state;
    const producer = errorCode === 0 ? this.name(state) : 'nobody';
    return `${errorCode} ${transactionState} ${producer} ${transactionTimeoutMs} ${started} ${partitions.toSorted().join(' ')}`;
  }

  /** The answer once the coordinator has done what it was at. */
  async #settled(...request: Request): Promise<{ readonly errorCode: number }> {
    let codes: readonly number[] = [];
    const look = async () => {
      const answer = await this.#client.send(...request);
      if (!('response' in answer)) throw new Error('the connection closed');
      const text = JSON.stringify(answer.response);
      codes = [...text.matchAll(/rrorCode":(\d+)/g)].map(([, code]) => Number(code));
      const isBusy = codes.some((code) => code === CONCURRENT_TRANSACTIONS || NOT_READY.has(code));
      return isBusy ? null : (answer.response as { readonly errorCode: number });
    };
    return found(`${request[0]} is settled`, look, { everyMs: 10, saw: () => `error codes ${codes}` });
  }
}

interface DescribedTransaction extends Producer {
  readonly errorCode: number;
  readonly transactionState: string;
  readonly transactionTimeoutMs: number;
  readonly transactionStartTimeMs: number;
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
}

interface ListedTransactions {
  readonly errorCode: number;
  readonly unknownStateFilters: readonly string[];
  readonly transactionStates: readonly {
    readonly transactionalId: string;
    readonly transactionState: string;
  }[];
}

function ids({ producerEpoch, producerId }: Producer): Producer {
  return { producerId, producerEpoch };
}
