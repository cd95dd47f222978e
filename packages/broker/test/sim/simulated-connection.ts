import type { BufferPool } from '../../src/runtime/buffer-pool.ts';
import {
  NetworkError,
  type Socket,
  type SocketAddress,
  type SocketEvents,
} from '../../src/runtime/network.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Incarnation } from './incarnation.ts';
import type { NetworkLinks } from './network-links.ts';
import type { Trace } from './trace.ts';

/** What one direction of a connection holds before its sender is told to wait. */
const SEND_BUFFER_BYTES = 64 * 1024;
/** How long bytes of a connection that its sender gave up may still be under way. */
const STRAGGLING_MS_MAX = 400;
/** How long a sender tries before it learns that nobody is there any more. */
const SILENCE_MS_MAX = 3000;

export interface NetworkOptions {
  readonly trace: Trace;
  readonly random: SeededRandom;
  readonly links: NetworkLinks;
  /** Where processes take the memory from that they send. */
  readonly buffers: BufferPool;
}

interface EndpointOptions {
  readonly incarnation: Incarnation;
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
}

/** One connection: two endpoints and the bytes between them. */
export class Connection {
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly #onGone: () => void;
  readonly #onAnswer: () => void;

  constructor(
    options: NetworkOptions,
    ends: {
      client: EndpointOptions;
      server: EndpointOptions;
      onGone: () => void;
      onAnswer: () => void;
    },
  ) {
    this.client = new Endpoint(options, ends.client, this);
    this.server = new Endpoint(options, ends.server, this);
    this.#onGone = ends.onGone;
    this.#onAnswer = ends.onAnswer;
  }

  get isWhole(): boolean {
    return !this.client.isClosed && !this.server.isClosed;
  }

  get ends(): readonly Endpoint[] {
    return [this.client, this.server];
  }

  peerOf(endpoint: Endpoint): Endpoint {
    return endpoint === this.client ? this.server : this.client;
  }

  /** Cuts it: both ends are told, a drawn part of the bytes under way arrives before. */
  reset(): void {
    this.client.cutOff();
    this.server.cutOff();
  }

  /** From now on nothing passes and nobody is told, as when a cable is pulled. */
  silence(): void {
    this.client.fallSilent();
    this.server.fallSilent();
  }

  wrote(endpoint: Endpoint): void {
    if (endpoint === this.server) this.#onAnswer();
  }

  closed(): void {
    if (this.client.isClosed && this.server.isClosed) this.#onGone();
  }
}

/** One end of a connection; it holds the bytes that are on their way to the other. */
class Endpoint implements Socket {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  readonly incarnation: Incarnation;
  readonly #options: NetworkOptions;
  readonly #connection: Connection;
  readonly #name: string;
  #events: SocketEvents | null = null;
  #closedBeforeAttach: NetworkError | null | undefined;
  #isClosed = false;
  #isPaused = false;
  #underWay: Uint8Array[] = [];
  #bytesUnderWay = 0;
  #isDelivering = false;
  #owesDrained = false;
  #hasEnded = false;
  #endArrived = false;
  #isSilent = false;
  #hasVanished = false;
  /** The other end is gone, and this one could not be told. */
  #isOrphan = false;

  constructor(
    options: NetworkOptions,
    { incarnation, local, remote }: EndpointOptions,
    connection: Connection,
  ) {
    this.#options = options;
    this.incarnation = incarnation;
    this.local = local;
    this.remote = remote;
    this.#connection = connection;
    this.#name = `${local.host}:${local.port}>${remote.host}:${remote.port}`;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  attach(events: SocketEvents): void {
    this.#events = events;
    if (this.#closedBeforeAttach !== undefined) this.#tellClosed(this.#closedBeforeAttach);
    this.#peer.deliver();
  }

  write(buffers: readonly Uint8Array[]): boolean {
    if (this.#isClosed || this.#hasEnded) return true;
    // A real kernel copies too: the sender may think its buffers its own again.
    const bytes = new Uint8Array(Buffer.concat(buffers));
    for (const buffer of buffers) this.#options.buffers.release(buffer);
    this.#options.trace.bytes(bytes);
    this.#underWay.push(bytes);
    this.#bytesUnderWay += bytes.length;
    if (this.#isOrphan || !this.#peer.incarnation.isAlive) this.#learnOfDeadPeer();
    this.deliver();
    this.#connection.wrote(this);
    if (this.#bytesUnderWay < SEND_BUFFER_BYTES) return true;
    this.#owesDrained = true;
    return false;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#peer.deliver();
  }

  end(): void {
    if (this.#isClosed) return;
    this.#hasEnded = true;
    this.deliver();
  }

  destroy(): void {
    if (this.#isClosed) return;
    this.#close(null);
    const { random } = this.#options;
    this.#straggle(random.chance(0.5) ? this.#bytesUnderWay : random.below(this.#bytesUnderWay + 1));
  }

  /** Brings the next bytes to the other end, if it can take them. */
  deliver(): void {
    if (this.#isDelivering || this.#isSilent || this.#isBlocked || !this.#peer.isReading) return;
    const endIsDue = this.#hasEnded && !this.#endArrived;
    if (this.#bytesUnderWay === 0 && !endIsDue) return;
    this.#isDelivering = true;
    this.#peer.incarnation.after(this.#latencyMs(), `${this.#name} arrives`, () => {
      this.#isDelivering = false;
      if (this.#isSilent || this.#isBlocked || !this.#peer.isReading) return;
      if (this.#bytesUnderWay > 0) this.#deliverBytes();
      else this.#deliverEnd();
      this.deliver();
    });
  }

  #deliverBytes(): void {
    const { random } = this.#options;
    const count = random.chance(0.7) ? this.#bytesUnderWay : random.between(1, this.#bytesUnderWay);
    const chunk = this.#take(count);
    if (this.#owesDrained && this.#bytesUnderWay < SEND_BUFFER_BYTES / 2) {
      this.#owesDrained = false;
      this.incarnation.after(this.#latencyMs(), `${this.#name} drained`, () => {
        if (!this.#isClosed) this.#events?.drained();
      });
    }
    this.#peer.#events?.data(chunk);
  }

  #deliverEnd(): void {
    this.#endArrived = true;
    this.#peer.#events?.ended();
    if (this.#peer.#endArrived) {
      this.#peer.#close(null);
      this.#close(null);
    }
  }

  #take(count: number): Uint8Array {
    const all = Buffer.concat(this.#underWay);
    this.#underWay = count < all.length ? [new Uint8Array(all.subarray(count))] : [];
    this.#bytesUnderWay = all.length - count;
    return new Uint8Array(all.subarray(0, count));
  }

  get isReading(): boolean {
    return this.#events !== null && !this.#isPaused && !this.#isClosed;
  }

  /** This end is gone while `count` of its bytes still travel; then the other end is told. */
  #straggle(count: number): void {
    const peer = this.#peer;
    if (this.#isSilent) return;
    this.#isSilent = true;
    const chunk = this.#take(count);
    peer.incarnation.after(
      this.#options.random.fraction() * STRAGGLING_MS_MAX,
      `${this.#name} resets`,
      () => {
        if (peer.#isClosed) return;
        peer.#isOrphan = this.#isBlocked;
        if (peer.#isOrphan) return;
        if (!this.#hasVanished && chunk.length > 0 && peer.isReading) peer.#events?.data(chunk);
        peer.#close(new NetworkError('ECONNRESET', 'the other end is gone'));
      },
    );
  }

  cutOff(): void {
    const count = this.#options.random.below(this.#bytesUnderWay + 1);
    this.#straggle(count);
  }

  fallSilent(): void {
    this.#isSilent = true;
  }

  /** The process is gone, its kernel closes for it. */
  abandon(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#connection.closed();
    this.#straggle(this.#options.random.below(this.#bytesUnderWay + 1));
  }

  /** The machine is gone; the other end will know when it asks. */
  vanish(): void {
    this.#isSilent = true;
    this.#hasVanished = true;
    this.#isClosed = true;
    this.#connection.closed();
    if (this.#peer.#bytesUnderWay > 0) this.#peer.#learnOfDeadPeer();
  }

  #learnOfDeadPeer(): void {
    this.incarnation.after(
      this.#options.random.fraction() * SILENCE_MS_MAX,
      `${this.#name} unreachable`,
      () => {
        if (this.#isClosed) return;
        if (this.#isBlocked) this.#learnOfDeadPeer();
        else this.#close(new NetworkError('ECONNRESET', 'the other end is gone'));
      },
    );
  }

  #close(error: NetworkError | null): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#connection.closed();
    if (this.#events === null) this.#closedBeforeAttach = error;
    else this.#tellClosed(error);
  }

  #tellClosed(error: NetworkError | null): void {
    this.incarnation.after(0, `${this.#name} closed`, () => this.#events?.closed(error));
  }

  get #peer(): Endpoint {
    return this.#connection.peerOf(this);
  }

  #latencyMs(): number {
    return this.#options.links.latencyMs(this.local.host, this.remote.host);
  }

  get #isBlocked(): boolean {
    return this.#options.links.isBlocked(this.local.host, this.remote.host);
  }
}
