import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../interop/broker-under-test.ts';
import type { BrokerAddresses, HostName, TestNetwork } from './test-network.ts';

const LOOPBACK = '127.0.0.1';

/**
 * All brokers on loopback, each behind TCP proxies whose addresses it advertises, to clients, brokers and voters. A
 * proxy does not know who connects: a cut keeps everybody's bytes from a broker and its answers, while what the broker
 * itself asks of others still goes through.
 */
export class Proxies implements TestNetwork {
  readonly kind = 'proxies';
  readonly meaning = 'a TCP proxy before each broker: cut inbound only, from everybody at once';
  readonly #proxies = new Map<number, readonly [client: ListenerProxy, controller: ListenerProxy]>();

  static async open(brokers: readonly number[]): Promise<Proxies> {
    const network = new Proxies();
    for (const broker of brokers)
      network.#proxies.set(broker, [await ListenerProxy.open(), await ListenerProxy.open()]);
    return network;
  }

  addresses(broker: number): BrokerAddresses {
    const [client, controller] = this.#of(broker);
    return { client: client.addresses, controller: controller.addresses };
  }

  spawn(_broker: number, program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
    return spawn(program, args, options);
  }

  async cut(_from: HostName, to: HostName): Promise<void> {
    if (to !== 'clients') for (const proxy of this.#of(to)) proxy.stall();
  }

  async heal(_from: HostName, to: HostName): Promise<void> {
    if (to !== 'clients') for (const proxy of this.#of(to)) proxy.resume();
  }

  async close(): Promise<void> {
    for (const pair of this.#proxies.values()) for (const proxy of pair) await proxy.close();
  }

  #of(broker: number) {
    const pair = this.#proxies.get(broker);
    if (pair === undefined) throw new Error(`no proxies were made for broker ${broker}`);
    return pair;
  }
}

/** Hands on bytes between those who connect and one TCP port behind it. */
class ListenerProxy {
  readonly addresses: { readonly bound: string; readonly advertised: string };
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isStalled = false;

  private constructor(server: Server, port: number, boundPort: number) {
    this.#server = server;
    this.addresses = { bound: `${LOOPBACK}:${boundPort}`, advertised: `${LOOPBACK}:${port}` };
    server.on('connection', (socket) => this.#connect(socket, boundPort));
  }

  static async open(): Promise<ListenerProxy> {
    const boundPort = await freePort();
    const server = createServer({ pauseOnConnect: true });
    server.listen(0, LOOPBACK);
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy has no TCP port');
    return new ListenerProxy(server, address.port, boundPort);
  }

  /** Nothing goes on any more, in either direction; connections stay, as after a cable was pulled. */
  stall(): void {
    this.#isStalled = true;
    for (const socket of this.#sockets) socket.pause();
  }

  resume(): void {
    this.#isStalled = false;
    for (const socket of this.#sockets) socket.resume();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #connect(outside: Socket, boundPort: number): void {
    const inside = connect(boundPort, LOOPBACK);
    this.#join(outside, inside);
    this.#join(inside, outside);
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    from.on('data', (bytes) => {
      if (to.write(bytes)) return;
      from.pause();
      to.once('drain', () => {
        if (!this.#isStalled) from.resume();
      });
    });
    from.on('end', () => to.end());
    // The other side is told by its own close; a reset is a close like any other.
    from.on('error', () => {});
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    if (this.#isStalled) from.pause();
    else from.resume();
  }
}
