import type { Clock } from '../../src/runtime/clock.ts';
import type { Disk, File } from '../../src/runtime/disk.ts';
import type { Network, Socket } from '../../src/runtime/network.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';

/** Never resolves: whoever waits for something after his end. */
const NEVER = new Promise<never>(() => {});

/** The ports of a process that can be killed while its neighbours in the same process live on. */
export class MortalRuntime {
  readonly runtime: Runtime;
  #isDead = false;
  readonly #ends: (() => void)[] = [];

  constructor(runtime: Runtime) {
    this.runtime = {
      ...runtime,
      clock: this.#clock(runtime.clock),
      disk: this.#disk(runtime.disk),
      network: this.#network(runtime.network),
    };
  }

  /** Nothing it began goes on, nothing is closed in order; sockets and the lock are gone as with a process. */
  kill(): void {
    this.#isDead = true;
    for (const end of this.#ends) end();
  }

  /** What a call resolves with while there is somebody to tell. */
  async #whileAlive<Value>(call: () => Promise<Value>): Promise<Value> {
    if (this.#isDead) return NEVER;
    try {
      const value = await call();
      return this.#isDead ? NEVER : value;
    } catch (error) {
      if (this.#isDead) return NEVER;
      throw error;
    }
  }

  #run(task: () => void): void {
    if (!this.#isDead) task();
  }

  #clock(clock: Clock): Clock {
    return {
      wallMs: () => clock.wallMs(),
      monotonicMs: () => clock.monotonicMs(),
      after: (delayMs, task) => clock.after(delayMs, () => this.#run(task)),
      soon: (task) => clock.soon(() => this.#run(task)),
    };
  }

  #disk(disk: Disk): Disk {
    const alive = <Value>(call: () => Promise<Value>) => this.#whileAlive(call);
    return {
      open: (path, mode) => alive(async () => this.#file(await disk.open(path, mode))),
      list: (directory) => alive(() => disk.list(directory)),
      stat: (path) => alive(() => disk.stat(path)),
      makeDirectory: (path) => alive(() => disk.makeDirectory(path)),
      remove: (path) => alive(() => disk.remove(path)),
      removeDirectory: (path) => alive(() => disk.removeDirectory(path)),
      rename: (from, to) => alive(() => disk.rename(from, to)),
      syncDirectory: (directory) => alive(() => disk.syncDirectory(directory)),
      space: (path) => alive(() => disk.space(path)),
      lock: (path) =>
        alive(async () => {
          const outcome = await disk.lock(path);
          if (outcome.kind === 'locked') this.#ends.push(() => void outcome.release());
          return outcome;
        }),
    };
  }

  #file(file: File): File {
    const alive = <Value>(call: () => Promise<Value>) => this.#whileAlive(call);
    return {
      path: file.path,
      size: () => alive(() => file.size()),
      read: (into, position) => alive(() => file.read(into, position)),
      write: (buffers, position) => alive(() => file.write(buffers, position)),
      sync: () => alive(() => file.sync()),
      truncate: (size) => alive(() => file.truncate(size)),
      close: () => alive(() => file.close()),
    };
  }

  #network(network: Network): Network {
    return {
      listen: (address, onConnection) =>
        this.#whileAlive(async () => {
          const listener = await network.listen(address, (socket) => {
            if (this.#isDead) socket.destroy();
            else onConnection(this.#socket(socket));
          });
          this.#ends.push(() => void listener.close());
          return listener;
        }),
      connect: (address) => this.#whileAlive(async () => this.#socket(await network.connect(address))),
    };
  }

  #socket(socket: Socket): Socket {
    this.#ends.push(() => socket.destroy());
    return {
      remote: socket.remote,
      local: socket.local,
      attach: (events) =>
        socket.attach({
          data: (chunk) => this.#run(() => events.data(chunk)),
          drained: () => this.#run(() => events.drained()),
          ended: () => this.#run(() => events.ended()),
          closed: (error) => this.#run(() => events.closed(error)),
        }),
      write: (buffers) => (this.#isDead ? true : socket.write(buffers)),
      pause: () => this.#run(() => socket.pause()),
      resume: () => this.#run(() => socket.resume()),
      end: () => this.#run(() => socket.end()),
      destroy: () => this.#run(() => socket.destroy()),
    };
  }
}
