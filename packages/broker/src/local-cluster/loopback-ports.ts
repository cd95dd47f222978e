import { type Network, NetworkError } from '../runtime/network.ts';
import type { Random } from '../runtime/random.ts';

/** The only address a local cluster binds to. */
export const LOOPBACK = '127.0.0.1';

export const LAST_PORT = 65_535;

/**
 * Where free ports are looked for: below the ranges from which operating systems take the near ends of connections,
 * so that a port that a cluster keeps is as a rule still free when it is started again.
 */
const FIRST_CHOICE = 20_000;
const CHOICES = 12_000;
const ATTEMPTS = 200;

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

/** A TCP port that was free a moment ago and is none of those `taken`; it is added to them. */
export async function takeFreePort(
  { network, random }: { readonly network: Network; readonly random: Random },
  taken: Set<number>,
): Promise<number> {
  for (let attempt = 0; ; attempt++) {
    const port = attempt < ATTEMPTS ? FIRST_CHOICE + (random.uint32() % CHOICES) : await anyFreePort(network);
    if (taken.has(port) || !(await isFree(network, port))) continue;
    taken.add(port);
    return port;
  }
}

async function anyFreePort(network: Network): Promise<number> {
  const listener = await network.listen({ host: LOOPBACK, port: 0 }, (socket) => socket.destroy());
  await listener.close();
  return listener.address.port;
}
