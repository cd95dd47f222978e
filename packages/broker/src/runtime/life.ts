import type { Clock, Timer } from './clock.ts';
import type { Compute } from './compute.ts';
import type { Disk, File } from './disk.ts';
import type { Metrics } from './metrics.ts';
import type { Listener, Network, Socket, SocketAddress, SocketEvents } from './network.ts';
import type { Runtime } from './runtime.ts';

/**
 * Ports for one life of a node that shares its process with others. {@link Life.end} does to the node what the end of
 * its process would: what was written stays with the operating system, connections break, no call resolves any more,
 * no timer fires.
 */
export class Life {
  readonly ports: Runtime;
  #isOver = false;
  readonly #timers = new Set<Timer>();
  readonly #sockets = new Set<Socket>();
  readonly #listeners = new Set<Listener>();
  readonly #files = new Set<File>();
  readonly #locks = new Set<() => Promise<void>>();
  /** Calls to the disk that it has not answered yet. */
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(ports: Runtime) {
    this.ports = {
      ...ports,
      clock: this.#clock(ports.clock),
      disk: this.#disk(ports.disk),
      network: this.#network(ports.network),
      compute: this.#compute(ports.compute),
      metrics: this.#metrics(ports.metrics),
    };
  }

  /** Resolves when nothing is held any more: no TCP port, no file, no lock. */
  async end(): Promise<void> {
    this.#isOver = true;
    for (const timer of this.#timers) timer.cancel();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all([...this.#listeners].map((listener) => listener.close()));
    // What the disk was asked for is done to its end, as a write is that a killed process had begun.
    while (this.#underWay.size > 0) await Promise.allSettled([...this.#underWay]);
    await Promise.allSettled([...this.#files].map((file) => file.close()));
    await Promise.all([...this.#locks].map((release) => release()));
  }

  /** Settles with the promise, unless this life is over by then. */
  #within<Value>(promise: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => {
          if (!this.#isOver) resolve(value);
        },
        (error: unknown) => {
          if (!this.#isOver) reject(error);
        },
      );
    });
  }

  #clock(clock: Clock): Clock {
    return {
      wallMs: () => clock.wallMs(),
      monotonicMs: () => clock.monotonicMs(),
      after: (delayMs, task) => {
        if (this.#isOver) return { cancel: () => {} };
        const timer = clock.after(delayMs, () => {
          this.#timers.delete(timer);
          task();
        });
        this.#timers.add(timer);
        return {
          cancel: () => {
            this.#timers.delete(timer);
            timer.cancel();
          },
        };
      },
      soon: (task) => {
        clock.soon(() => {
          if (!this.#isOver) task();
        });
      },
    };
  }

  #compute(compute: Compute): Compute {
    return { run: (job, input, given) => this.#within(compute.run(job, input, given)) };
  }

  #metrics(metrics: Metrics): Metrics {
    return {
      counter: (name, help) => metrics.counter(name, help),
      gauge: (name, help) => metrics.gauge(name, help),
      durations: (name, help, labels) => metrics.durations(name, help, labels),
      observe: (name, help, observed) => metrics.observe(name, help, observed),
      serve: async (address) => this.#listener(await this.#within(metrics.serve(address))),
    };
  }

  #listener(listener: Listener): Listener {
    this.#listeners.add(listener);
    const close = async (): Promise<void> => {
      this.#listeners.delete(listener);
      await this.#within(listener.close());
    };
    return { address: listener.address, close };
  }

  #network(network: Network): Network {
    return {
      listen: async (address, onConnection) => {
        const listener = await this.#within(
          network.listen(address, (socket) => {
            if (this.#isOver) socket.destroy();
            else onConnection(this.#socket(socket));
          }),
        );
        return this.#listener(listener);
      },
      connect: async (address: SocketAddress) => {
        const connected = network.connect(address);
        connected.then(
          (socket) => {
            if (this.#isOver) socket.destroy();
          },
          () => {},
        );
        return this.#socket(await this.#within(connected));
      },
    };
  }

  #socket(socket: Socket): Socket {
    this.#sockets.add(socket);
    const whileAlive = (tell: () => void): void => {
      if (!this.#isOver) tell();
    };
    return {
      remote: socket.remote,
      local: socket.local,
      attach: (events: SocketEvents) =>
        socket.attach({
          data: (chunk) => whileAlive(() => events.data(chunk)),
          drained: () => whileAlive(() => events.drained()),
          ended: () => whileAlive(() => events.ended()),
          closed: (error) => {
            this.#sockets.delete(socket);
            whileAlive(() => events.closed(error));
          },
        }),
      write: (buffers) => socket.write(buffers),
      pause: () => socket.pause(),
      resume: () => socket.resume(),
      end: () => socket.end(),
      destroy: () => socket.destroy(),
    };
  }

  /** Begins nothing once this life is over. */
  #asked<Value>(ask: () => Promise<Value>): Promise<Value> {
    if (this.#isOver) return new Promise(() => {});
    const asked = ask();
    this.#underWay.add(asked);
    const forget = (): void => {
      this.#underWay.delete(asked);
    };
    asked.then(forget, forget);
    return this.#within(asked);
  }

  #disk(disk: Disk): Disk {
    return {
      open: (path, mode) => this.#asked(async () => this.#file(await disk.open(path, mode))),
      list: (directory) => this.#asked(() => disk.list(directory)),
      stat: (path) => this.#asked(() => disk.stat(path)),
      makeDirectory: (path) => this.#asked(() => disk.makeDirectory(path)),
      remove: (path) => this.#asked(() => disk.remove(path)),
      removeDirectory: (path) => this.#asked(() => disk.removeDirectory(path)),
      rename: (from, to) => this.#asked(() => disk.rename(from, to)),
      syncDirectory: (directory) => this.#asked(() => disk.syncDirectory(directory)),
      space: (path) => this.#asked(() => disk.space(path)),
      lock: (path) =>
        this.#asked(async () => {
          const outcome = await disk.lock(path);
          if (outcome.kind === 'held') return outcome;
          const release = () => outcome.release();
          this.#locks.add(release);
          return {
            kind: 'locked',
            release: () => {
              this.#locks.delete(release);
              return this.#asked(release);
            },
          };
        }),
    };
  }

  #file(file: File): File {
    this.#files.add(file);
    return {
      path: file.path,
      size: () => this.#asked(() => file.size()),
      read: (into, position) => this.#asked(() => file.read(into, position)),
      write: (buffers, position) => this.#asked(() => file.write(buffers, position)),
      sync: () => this.#asked(() => file.sync()),
      truncate: (size) => this.#asked(() => file.truncate(size)),
      close: () => {
        this.#files.delete(file);
        return this.#asked(() => file.close());
      },
    };
  }
}
