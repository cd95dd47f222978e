import { isIP } from 'node:net';
import { codec, type MessageName, ProtocolError } from '@odradek/broker/protocol';
import type { Connection, ConnectionPool } from '@platformatic/kafka';
import { askInTurn } from './ask-in-turn.ts';
import {
  addressText,
  type BrokerAddress,
  type ClusterDefinition,
  parseAddress,
} from './cluster-definition.ts';
import type { KafkaLibrary } from './kafka-library.ts';
import { BrokerUnreachable, unreachableKindOf } from './unreachable.ts';

/** Kafka's APIs by name, without `Request` and `Response`. */
export type ApiName = {
  [Name in MessageName]: Name extends `${infer Api}Request`
    ? `${Api}Response` extends MessageName
      ? Api
      : never
    : never;
}[MessageName];

export type RequestBody<Api extends ApiName> = Parameters<
  ReturnType<typeof codec<`${Api}Request`>>['encode']
>[0];
export type ResponseBody<Api extends ApiName> = ReturnType<
  ReturnType<typeof codec<`${Api}Response`>>['decode']
>;

/** Neither side of a connection has a version of the API in common. */
export class ApiNotSupported extends Error {
  constructor(api: ApiName, address: BrokerAddress) {
    super(`${address.host}:${address.port} has no version of ${api} that this console speaks`);
    this.name = 'ApiNotSupported';
  }
}

interface SendOptions {
  /** The highest version whose fields the caller fills; absent: the codec's. */
  readonly maxVersion?: number;
  /** The lowest version that has what the caller fills; absent: any. */
  readonly minVersion?: number;
}

/** ApiVersions itself has no version yet to be chosen by: this one every broker answers. */
const API_VERSIONS_VERSION = 0;

/** How the console names itself to brokers. */
export const CLIENT_ID = 'odradek-console';
/** A broker on this machine that takes longer is stopped; one far away may only be slow. */
const MANAGED_TIMEOUTS = { connectTimeout: 2_000, requestTimeout: 4_000 };
const REMOTE_TIMEOUTS = { connectTimeout: 5_000, requestTimeout: 15_000 };

type SupportedVersions = ReadonlyMap<number, { readonly min: number; readonly max: number }>;

/**
 * Sends any request of Kafka's protocol over the client library's pooled, authenticated connections. The library's
 * own calls throw a whole answer away when one partition of it has an error, and lack some APIs; here an answer is
 * returned as it came, errors as codes. This is the only file that does so. Retries are the caller's.
 */
export class KafkaRequests {
  readonly #library: KafkaLibrary;
  readonly #pool: ConnectionPool;
  readonly #bootstrap: readonly BrokerAddress[];
  #discovered: readonly BrokerAddress[] = [];
  /** Of those who were asked in turn, who answered last. */
  #answering: BrokerAddress | null = null;
  #wasAnswered = false;
  readonly #versions = new WeakMap<Connection, Promise<SupportedVersions>>();

  constructor(library: KafkaLibrary, definition: ClusterDefinition) {
    this.#library = library;
    this.#bootstrap = definition.bootstrap.map(parseAddress);
    this.#pool = new library.ConnectionPool(CLIENT_ID, connectionOptions(definition));
    // The pool listens to a connection's first error only; without a listener the second would end the process.
    this.#pool.on('connecting', ({ connection }) => connection.on('error', () => {}));
  }

  /**
   * The broker's answer to the highest version both sides have. Throws BrokerUnreachable when there is none, and
   * ApiNotSupported.
   */
  async send<Api extends ApiName>(
    address: BrokerAddress,
    api: Api,
    body: RequestBody<Api>,
    { maxVersion = Number.MAX_SAFE_INTEGER, minVersion = 0 }: SendOptions = {},
  ): Promise<ResponseBody<Api>> {
    let isKafka = false;
    try {
      const connection = await this.#pool.get(address);
      const versions = await this.#supportedVersions(connection);
      isKafka = true;
      const supported = versions.get(codec(`${api}Request`).apiKey);
      const { validVersions } = codec(`${api}Request`);
      const version = Math.min(supported?.max ?? -1, validVersions.max, maxVersion);
      if (version < Math.max(supported?.min ?? 0, validVersions.min, minVersion)) {
        throw new ApiNotSupported(api, address);
      }
      const answer = await this.#exchange(connection, api, body, version);
      this.#wasAnswered = true;
      return answer;
    } catch (error) {
      if (
        error instanceof ApiNotSupported ||
        (error instanceof ProtocolError && error.code === 'unencodable')
      ) {
        throw error;
      }
      const kind = error instanceof ProtocolError ? 'not-kafka' : unreachableKindOf(error);
      // A listener with SASL tells its versions to anyone and closes at whatever comes next.
      const wantsSasl = kind === 'not-kafka' && isKafka && !this.#wasAnswered;
      throw new BrokerUnreachable(wantsSasl ? 'sasl' : kind, address, error);
    }
  }

  /** Brokers to ask, after the bootstrap servers, when any broker will do. */
  discover(addresses: readonly BrokerAddress[]): void {
    this.#discovered = addresses;
  }

  /**
   * Asks the bootstrap servers and the brokers in turn, whoever answered last first; throws the first failure when
   * none answers. Only for questions: two of them may be asked.
   */
  askAny<Api extends ApiName>(
    api: Api,
    body: RequestBody<Api>,
    options: SendOptions = {},
  ): Promise<ResponseBody<Api>> {
    return askInTurn(this.#anyone(), async (address) => {
      const answer = await this.send(address, api, body, options);
      this.#answering = address;
      return answer;
    });
  }

  /** As `askAny`, for what changes something: the next is asked only once the one before has failed. */
  async sendToAny<Api extends ApiName>(
    api: Api,
    body: RequestBody<Api>,
    options: SendOptions = {},
  ): Promise<ResponseBody<Api>> {
    let first: unknown;
    for (const address of this.#anyone()) {
      try {
        return await this.send(address, api, body, options);
      } catch (error) {
        first ??= error;
      }
    }
    throw first;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  #anyone(): BrokerAddress[] {
    const last = this.#answering === null ? [] : [this.#answering];
    const all = [...last, ...this.#bootstrap, ...this.#discovered];
    return [...new Map(all.map((address) => [addressText(address), address])).values()];
  }

  #supportedVersions(connection: Connection): Promise<SupportedVersions> {
    const known = this.#versions.get(connection);
    if (known !== undefined) {
      return known;
    }
    const asked = this.#exchange(connection, 'ApiVersions', {}, API_VERSIONS_VERSION).then(
      ({ apiKeys }) =>
        new Map(
          apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, { min: minVersion, max: maxVersion }]),
        ),
    );
    this.#versions.set(connection, asked);
    return asked;
  }

  #exchange<Api extends ApiName>(
    connection: Connection,
    api: Api,
    body: RequestBody<Api>,
    version: number,
  ): Promise<ResponseBody<Api>> {
    const request = codec(`${api}Request`);
    const response = codec(`${api}Response`);
    const bytes = Buffer.from(request.encode(body, version));
    const { promise, resolve, reject } = Promise.withResolvers<ResponseBody<Api>>();
    connection.send<ResponseBody<Api>>(
      request.apiKey,
      version,
      () => this.#library.Writer.create().append(bytes),
      (_correlationId, _apiKey, _apiVersion, reader) =>
        response.decode(reader.buffer.slice(reader.position), version),
      version >= request.flexibleVersions.min && version <= request.flexibleVersions.max,
      // ApiVersions answers with the oldest header, whatever its version (KIP-511); we send version 0 only.
      version >= response.flexibleVersions.min && version <= response.flexibleVersions.max,
      (error, answer) => (answer === undefined || error ? reject(error) : resolve(answer)),
    );
    return promise;
  }
}

/** The options the library's clients take too, so that producing and consuming connect the same way. */
export function connectionOptions({ bootstrap, managed, tls, sasl }: ClusterDefinition) {
  // Clouds choose the cluster by the name in the handshake; an address may not stand there (RFC 6066 §3).
  const tlsServerName = bootstrap.every((text) => isIP(parseAddress(text).host) === 0);
  return {
    ...(managed === true ? MANAGED_TIMEOUTS : REMOTE_TIMEOUTS),
    ...(tls === undefined ? {} : { tls, tlsServerName }),
    ...(sasl === undefined ? {} : { sasl: { ...sasl } }),
  };
}
