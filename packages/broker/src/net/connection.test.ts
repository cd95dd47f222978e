import { describe, expect, it } from 'vitest';
import type { RequestOutcome } from '../handlers/dispatch.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Socket, SocketEvents } from '../runtime/network.ts';
import { NodeBufferPool } from '../runtime/node-buffer-pool.ts';
import { ANONYMOUS } from '../security/principal.ts';
import { Connection, type RequestDispatch } from './connection.ts';
import { frameOf } from './framing.ts';

/** The far end of a socket: what was written, and the means to act as the peer. */
class ScriptedSocket implements Socket {
  readonly remote = { host: '127.0.0.1', port: 50000 };
  readonly local = { host: '127.0.0.1', port: 9092 };
  readonly written: number[] = [];
  takesMore = true;
  paused = false;
  endings = 0;
  destructions = 0;
  destroyed = false;
  events: SocketEvents | null = null;

  attach(events: SocketEvents): void {
    this.events = events;
  }
  write(buffers: readonly Uint8Array[]): boolean {
    this.written.push(...Buffer.concat(buffers));
    return this.takesMore;
  }
  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
  }
  get ending(): boolean {
    return this.endings > 0;
  }
  end(): void {
    this.endings += 1;
  }
  destroy(): void {
    this.destructions += 1;
    this.destroyed = true;
    this.events?.closed(null);
  }
}

class ManualClock implements Clock {
  now = 0;
  #tasks: { atMs: number; run: () => void }[] = [];

  wallMs(): number {
    return this.now;
  }
  monotonicMs(): number {
    return this.now;
  }
  soon(task: () => void): void {
    setImmediate(task);
  }
  after(delayMs: number, run: () => void) {
    const task = { atMs: this.now + delayMs, run };
    this.#tasks.push(task);
    return {
      cancel: () => {
        this.#tasks = this.#tasks.filter((other) => other !== task);
      },
    };
  }
  advance(ms: number): void {
    this.now += ms;
    for (;;) {
      const due = this.#tasks.find((task) => task.atMs <= this.now);
      if (due === undefined) return;
      this.#tasks = this.#tasks.filter((task) => task !== due);
      due.run();
    }
  }
}

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

/** Requests are one letter and filler; each is answered with its letter when the test says so. */
class ScriptedDispatch implements RequestDispatch {
  readonly started: string[] = [];
  readonly #answers = new Map<string, (outcome: RequestOutcome) => void>();

  dispatch(frame: Uint8Array): Promise<RequestOutcome> {
    const name = String.fromCharCode(frame[0] ?? 0);
    this.started.push(name);
    return new Promise((resolve) => this.#answers.set(name, resolve));
  }
  overlaps(frame: Uint8Array): boolean {
    const name = String.fromCharCode(frame[0] ?? 0);
    return name === name.toUpperCase();
  }
  /** Of a request with a digit behind its letter something is kept. */
  letsGo(frame: Uint8Array): boolean {
    return (frame[1] ?? 0) !== 0x31;
  }
  closed(): void {}
  async settle(name: string, outcome: RequestOutcome = answerOf(name)): Promise<void> {
    this.#answers.get(name)?.(outcome);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function answerOf(name: string): RequestOutcome {
  return { kind: 'response', parts: [bytesOf(name)] };
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}

function scene(options: { maxInFlightBytes?: number; maxIdleMs?: number } = {}) {
  const socket = new ScriptedSocket();
  const dispatch = new ScriptedDispatch();
  const clock = new ManualClock();
  const buffers = new NodeBufferPool();
  let closedCount = 0;
  const connection = new Connection({
    socket,
    buffers,
    dispatch,
    clock,
    logger: silent,
    traffic: { receivedBytes: 0, sentBytes: 0 },
    origin: { connectionId: 1, listenerName: 'PLAINTEXT', clientHost: '127.0.0.1', principal: ANONYMOUS },
    maxFrameBytes: 1 << 20,
    maxInFlightBytes: options.maxInFlightBytes ?? 1 << 20,
    maxIdleMs: options.maxIdleMs ?? 600_000,
    onClosed: () => {
      closedCount += 1;
    },
  });
  return {
    socket,
    buffers,
    dispatch,
    clock,
    connection,
    closed: () => closedCount,
    receive: (...requests: string[]) => {
      const stream = requests.flatMap((request) => frameOf([bytesOf(request)]));
      socket.events?.data(new Uint8Array(Buffer.concat(stream)));
    },
    answered: () => {
      const text: string[] = [];
      for (let at = 0; at < socket.written.length; at += 5)
        text.push(String.fromCharCode(socket.written[at + 4] ?? 0));
      return text.join('');
    },
  };
}

describe('Connection', () => {
  it('answers overlapping requests in request order, whatever order they finish in', async () => {
    const { dispatch, receive, answered } = scene();
    receive('A', 'B', 'C');
    expect(dispatch.started).toEqual(['A', 'B', 'C']);
    await dispatch.settle('C');
    await dispatch.settle('B');
    expect(answered()).toBe('');
    await dispatch.settle('A');
    expect(answered()).toBe('ABC');
  });

  it('starts a request that must not overlap only after the one before it is answered', async () => {
    const { dispatch, receive, answered } = scene();
    receive('A', 'b', 'C');
    expect(dispatch.started).toEqual(['A']);
    await dispatch.settle('A');
    expect(dispatch.started).toEqual(['A', 'b']);
    await dispatch.settle('b');
    await dispatch.settle('C');
    expect(answered()).toBe('AbC');
  });

  it('holds requests back at the in-flight limit, yet lets a larger one through alone', async () => {
    const { dispatch, receive } = scene({ maxInFlightBytes: 100 });
    receive('A'.padEnd(60), 'B'.padEnd(60), 'C'.padEnd(400));
    expect(dispatch.started).toEqual(['A']);
    await dispatch.settle('A');
    expect(dispatch.started).toEqual(['A', 'B']);
    await dispatch.settle('B');
    expect(dispatch.started).toEqual(['A', 'B', 'C']);
  });

  it('counts only requests under way against the in-flight limit', async () => {
    const { dispatch, receive } = scene({ maxInFlightBytes: 100 });
    for (const name of ['A', 'B', 'C']) {
      receive(name.padEnd(50));
      await dispatch.settle(name);
    }
    receive('D'.padEnd(50), 'E'.padEnd(50), 'F'.padEnd(50));
    expect(dispatch.started).toEqual(['A', 'B', 'C', 'D', 'E']);
  });

  it('pauses the socket when bytes pile up behind a request, and resumes after it', async () => {
    const { dispatch, receive, socket } = scene();
    receive('a', 'b'.padEnd(200_000), 'c'.padEnd(300_000));
    expect(socket.paused).toBe(true);
    await dispatch.settle('a');
    await dispatch.settle('b');
    expect(socket.paused).toBe(false);
    expect(dispatch.started).toEqual(['a', 'b', 'c']);
  });

  it('starts nothing for a peer that does not read its answers', async () => {
    const { dispatch, receive, socket, answered } = scene();
    socket.takesMore = false;
    receive('a', 'b');
    await dispatch.settle('a');
    expect(dispatch.started).toEqual(['a']);
    socket.takesMore = true;
    socket.events?.drained();
    expect(dispatch.started).toEqual(['a', 'b']);
    await dispatch.settle('b');
    expect(answered()).toBe('ab');
  });

  it('closes after the earlier answers when a request asks for it, and answers nothing later', async () => {
    const { dispatch, receive, socket, answered } = scene();
    receive('A', 'B', 'C');
    await dispatch.settle('B', { kind: 'close', reason: 'test' });
    await dispatch.settle('C');
    expect(socket.ending).toBe(false);
    await dispatch.settle('A');
    expect(answered()).toBe('A');
    expect(socket.ending).toBe(true);
  });

  it('starts nothing that comes after it has decided to close', async () => {
    const { dispatch, receive, connection, socket } = scene();
    receive('a');
    connection.end();
    receive('b');
    await dispatch.settle('a');
    expect(dispatch.started).toEqual(['a']);
    expect(socket.ending).toBe(true);
    const refusing = scene();
    refusing.receive('a', 'b');
    await refusing.dispatch.settle('a', { kind: 'close', reason: 'test' });
    refusing.receive('c');
    expect(refusing.dispatch.started).toEqual(['a']);
  });

  it('says goodbye once and waits for nothing after the peer has gone', () => {
    const { socket, clock, connection, closed } = scene();
    connection.end();
    connection.end();
    socket.destroy();
    clock.advance(5000);
    connection.destroy();
    expect([socket.endings, socket.destructions, closed()]).toEqual([1, 1, 1]);
  });

  it('sends nothing where nothing is to be answered', async () => {
    const { dispatch, receive, answered } = scene();
    receive('A', 'B');
    await dispatch.settle('A', { kind: 'none' });
    await dispatch.settle('B');
    expect(answered()).toBe('B');
  });

  it('answers what is under way when the peer has stopped sending, then closes', async () => {
    const { dispatch, receive, socket, answered, clock, closed } = scene();
    receive('a');
    socket.events?.ended();
    expect(socket.ending).toBe(false);
    await dispatch.settle('a');
    expect(answered()).toBe('a');
    expect(socket.ending).toBe(true);
    clock.advance(1000);
    expect(socket.destroyed).toBe(true);
    expect(closed()).toBe(1);
  });

  it('closes on a frame beyond the limit and starts nothing that follows', () => {
    const { dispatch, socket, receive } = scene();
    socket.events?.data(Uint8Array.of(0x7f, 0xff, 0xff, 0xff, 1, 2, 3));
    receive('A');
    expect(socket.ending).toBe(true);
    expect(dispatch.started).toEqual([]);
  });

  it('drops a connection that was silent for connections.max.idle.ms, but not one that waits for an answer', async () => {
    const { dispatch, receive, clock, socket } = scene({ maxIdleMs: 1000 });
    clock.advance(900);
    socket.events?.data(new Uint8Array(0));
    clock.advance(900);
    expect(socket.destroyed).toBe(false);
    receive('a');
    clock.advance(5000);
    expect(socket.destroyed).toBe(false);
    await dispatch.settle('a');
    clock.advance(2000);
    expect(socket.destroyed).toBe(true);
  });

  it('lets the memory of a frame go when it is answered, unless the handler keeps of it', async () => {
    const { dispatch, buffers, receive } = scene();
    receive(`A0${' '.repeat(9998)}`, `B1${' '.repeat(9998)}`);
    expect(buffers.idleBytes).toBe(0);
    await dispatch.settle('B');
    expect(buffers.idleBytes).toBe(0);
    await dispatch.settle('A');
    expect(buffers.idleBytes).toBe(16_384);
  });
});
