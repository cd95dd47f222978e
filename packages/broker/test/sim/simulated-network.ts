import type { BufferPool } from '../../src/runtime/buffer-pool.ts';
import {
  type Listener,
  type Network,
  NetworkError,
  type Socket,
  type SocketAddress,
} from '../../src/runtime/network.ts';
import type { Incarnation } from './incarnation.ts';
import { Connection, type NetworkOptions } from './simulated-connection.ts';

const FIRST_FREE_PORT = 40_000;
/** How long after one another a host that does not answer is called. */
const CALLS_MS = [1000, 2000, 4000];

interface BoundPort {
  readonly incarnation: Incarnation;
  readonly onConnection: (socket: Socket) => void;
}

/** The wires between all processes of a simulation. */
export class SimulatedWires {
  readonly #options: NetworkOptions;
  readonly #bound = new Map<string, BoundPort>();
  readonly #connections = new Set<Connection>();
  #nextPort = FIRST_FREE_PORT;
  #onAnswer: ((connection: Connection) => void) | null = null;

  constructor(options: NetworkOptions) {
    this.#options = options;
    options.links.onOpened(() => {
      for (const connection of this.#connections) for (const end of connection.ends) end.deliver();
    });
  }

  get buffers(): BufferPool {
    return this.#options.buffers;
  }

  /** Tells, once, of the connection on which a server next writes, with its bytes still under way. */
  atNextAnswer(task: (connection: Connection) => void): void {
    this.#onAnswer = task;
  }

  /** The network as one process on `host` sees it. */
  networkOf(incarnation: Incarnation, host: string): Network {
    return {
      listen: (address, onConnection) => this.#listen(incarnation, address, onConnection),
      connect: (address) => this.#connect(incarnation, host, address),
    };
  }

  /** Ports that a process holds. */
  portsOf(incarnation: Incarnation): readonly string[] {
    return [...this.#bound].filter(([, bound]) => bound.incarnation === incarnation).map(([port]) => port);
  }

  /** Connections that are open at both ends. */
  get open(): readonly Connection[] {
    return [...this.#connections].filter((connection) => connection.isWhole);
  }

  /** A process has ended; its kernel frees its ports and resets its connections. */
  processEnded(incarnation: Incarnation): void {
    for (const port of this.portsOf(incarnation)) this.#bound.delete(port);
    for (const connection of this.#connections) {
      for (const endpoint of connection.ends) if (endpoint.incarnation === incarnation) endpoint.abandon();
    }
  }

  /** The machine is gone, with all that it had sent and that had not arrived; nobody is told. */
  hostLostPower(incarnation: Incarnation, host: string): void {
    for (const port of this.portsOf(incarnation)) this.#bound.delete(port);
    for (const connection of this.#connections) {
      for (const endpoint of connection.ends) if (endpoint.local.host === host) endpoint.vanish();
    }
  }

  #listen(
    incarnation: Incarnation,
    address: SocketAddress,
    onConnection: (socket: Socket) => void,
  ): Promise<Listener> {
    const port = address.port === 0 ? this.#nextPort++ : address.port;
    const name = nameOf({ host: address.host, port });
    return new Promise((resolve, reject) => {
      incarnation.after(this.#options.links.latencyMs('', ''), `listen ${port}`, () => {
        if (this.#bound.has(name)) return reject(new NetworkError('EADDRINUSE', `port ${port} is in use`));
        this.#bound.set(name, { incarnation, onConnection });
        const close = async () => void this.#bound.delete(name);
        resolve({ address: { host: address.host, port }, close });
      });
    });
  }

  #connect(incarnation: Incarnation, host: string, remote: SocketAddress): Promise<Socket> {
    const { links } = this.#options;
    return new Promise((resolve, reject) => {
      const call = (calls: number): void => {
        const label = `connect ${remote.host}:${remote.port}`;
        incarnation.after(links.latencyMs(host, remote.host), label, () => {
          const isSilent =
            links.isDown(remote.host) ||
            links.isBlocked(host, remote.host) ||
            links.isBlocked(remote.host, host);
          if (!isSilent) {
            this.#establish(incarnation, host, remote).then(resolve, reject);
            return;
          }
          const waitMs = CALLS_MS[calls];
          if (waitMs === undefined) reject(new NetworkError('ETIMEDOUT', `${remote.host} does not answer`));
          else incarnation.after(waitMs, `${label} again`, () => call(calls + 1));
        });
      };
      call(0);
    });
  }

  /** The kernel of the other side answers, whatever its process is doing. */
  async #establish(incarnation: Incarnation, host: string, remote: SocketAddress): Promise<Socket> {
    const bound = this.#bound.get(nameOf(remote));
    if (bound === undefined) throw new NetworkError('ECONNREFUSED', `nobody listens on ${remote.port}`);
    const local = { host, port: this.#nextPort++ };
    const connection = new Connection(this.#options, {
      client: { incarnation, local, remote },
      server: { incarnation: bound.incarnation, local: remote, remote: local },
      onGone: () => this.#connections.delete(connection),
      onAnswer: () => {
        const task = this.#onAnswer;
        this.#onAnswer = null;
        task?.(connection);
      },
    });
    this.#connections.add(connection);
    bound.incarnation.after(0, `accepts ${host}`, () => {
      if (!connection.server.isClosed) bound.onConnection(connection.server);
    });
    return connection.client;
  }
}

function nameOf({ host, port }: SocketAddress): string {
  return `${host}:${port}`;
}
