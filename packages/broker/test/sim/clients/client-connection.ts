import { FrameReader } from '../../../src/net/framing.ts';
import type { Socket } from '../../../src/runtime/network.ts';

const RESPONSE_BYTES_MAX = 64 * 1024 * 1024;

interface Pending {
  readonly correlationId: number;
  /** Null: the connection is gone, or the answer took too long. */
  readonly answered: (frame: Uint8Array | null) => void;
}

/** One connection to a broker. It is over with the first request that is not answered in time. */
export class ClientConnection {
  readonly #socket: Socket;
  readonly #frames = new FrameReader(RESPONSE_BYTES_MAX);
  #pending: Pending[] = [];
  #isOver = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.attach({
      data: (chunk) => {
        this.#frames.push(chunk);
        this.#readAnswers();
      },
      drained: () => {},
      ended: () => this.giveUp(),
      closed: () => this.#end(),
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  send(correlationId: number, bytes: readonly Uint8Array[]): Promise<Uint8Array | null> {
    if (this.#isOver) return Promise.resolve(null);
    return new Promise((answered) => {
      this.#pending.push({ correlationId, answered });
      this.#socket.write(bytes);
    });
  }

  giveUp(): void {
    if (this.#isOver) return;
    this.#end();
    this.#socket.destroy();
  }

  #readAnswers(): void {
    while (!this.#isOver) {
      const outcome = this.#frames.next();
      if (outcome.kind !== 'frame') return;
      this.#pending.shift()?.answered(outcome.bytes);
    }
  }

  #end(): void {
    this.#isOver = true;
    for (const { answered } of this.#pending.splice(0)) answered(null);
  }
}
