import { PeerClient } from '../net/peer-client.ts';
import type { SocketAddress } from '../runtime/network.ts';
import type { BrokerStart } from './open-rooms.ts';

/** Opens connections to other nodes, which see this one and the purpose as the client id. */
export function peerClients(
  { config, runtime }: Pick<BrokerStart, 'config' | 'runtime'>,
  purpose: string,
): (address: SocketAddress) => PeerClient {
  const { network, clock, buffers } = runtime;
  const clientId = `node-${config.nodeId}-${purpose}`;
  const maxResponseBytes = config.values.number('socket.request.max.bytes');
  return (address) => new PeerClient({ network, clock, buffers, address, clientId, maxResponseBytes });
}
