import { type Network, NetworkError } from '../runtime/network.ts';

/** The only address a local cluster binds to. */
export const LOOPBACK = '127.0.0.1';

/** Whether a TCP port of the loopback address can be bound now. */
export async function isFree(network: Network, port: number): Promise<boolean> {
  try {
    const listener = await network.listen({ host: LOOPBACK, port }, (socket) => socket.destroy());
    await listener.close();
    return true;
  } catch (error) {
    if (error instanceof NetworkError) return false;
    throw error;
  }
}

/** A TCP port that was free a moment ago, chosen by the operating system. */
export async function takeFreePort(network: Network): Promise<number> {
  const listener = await network.listen({ host: LOOPBACK, port: 0 }, (socket) => socket.destroy());
  await listener.close();
  return listener.address.port;
}
