import type { BrokerConfig } from '../config/config.ts';
import type { ListenerConfig } from '../config/config-listeners.ts';
import type { ConfigValues } from '../metadata/configs/config-values.ts';
import type { BrokerEndpoint } from '../metadata/metadata-image.ts';
import { RequestListener } from '../net/listener.ts';
import { NetworkError, type SocketAddress } from '../runtime/network.ts';
import type { Runtime } from '../runtime/runtime.ts';

/** Memory that requests under way in one connection may hold; a single larger one is let through alone. */
const IN_FLIGHT_BYTES_MAX = 8 * 1024 * 1024;

/** Every interface of the machine, where a listener names no host. */
const ANY_HOST = '0.0.0.0';

/** Kafka's SecurityProtocol code. */
const PLAINTEXT = 0;

/** A listener whose port is bound. */
export interface BoundListener {
  readonly config: ListenerConfig;
  readonly listener: RequestListener;
}

/** Why a listener cannot be opened, in a sentence that says what to do. */
export class ListenError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ListenError';
  }
}

/** Binds one listener; it answers nothing before it is started. Rejects with a {@link ListenError}. */
export async function bindListener(
  listenerConfig: ListenerConfig,
  { config, runtime, limits }: { config: BrokerConfig; runtime: Runtime; limits: () => ConfigValues },
): Promise<BoundListener> {
  const { network, buffers, clock, logger } = runtime;
  const address = {
    host: listenerConfig.host === '' ? ANY_HOST : listenerConfig.host,
    port: listenerConfig.port,
  };
  try {
    const listener = await RequestListener.open({
      network,
      buffers,
      address,
      listenerName: listenerConfig.name,
      maxFrameBytes: config.values.number('socket.request.max.bytes'),
      maxInFlightBytes: IN_FLIGHT_BYTES_MAX,
      maxIdleMs: config.values.number('connections.max.idle.ms'),
      limits: () => ({
        maxConnections: limits().number('max.connections'),
        maxConnectionsPerIp: limits().number('max.connections.per.ip'),
      }),
      clock,
      logger,
    });
    return { config: listenerConfig, listener };
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    throw new ListenError(listenSentence(listenerConfig.name, address, error), { cause: error });
  }
}

function listenSentence(name: string, { host, port }: SocketAddress, error: NetworkError): string {
  const where = `listener ${name} on ${host}:${port}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return `The ${where} cannot be opened: TCP port ${port} is in use by another process. Stop that process, or give this listener another port (listeners).`;
    case 'EACCES':
      return `The ${where} cannot be opened: this user may not use TCP port ${port}. Give it a port above 1023 (listeners).`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `The ${where} cannot be opened: ${host} is no address of this machine. Give it another host (listeners).`;
    default:
      return `The ${where} cannot be opened: ${error.message}.`;
  }
}

/** What clients and other nodes are told to connect to. */
export function endpointOf({ config, listener }: BoundListener): BrokerEndpoint {
  return {
    listenerName: config.name,
    host: config.advertisedHost,
    port: config.advertisedPort === 0 ? listener.address.port : config.advertisedPort,
    securityProtocol: PLAINTEXT,
  };
}
