import { expect, test } from 'vitest';
import type { Socket } from '../../src/runtime/network.ts';
import { SeededRandom } from '../seeded-random.ts';
import { Incarnation } from './incarnation.ts';
import { NetworkLinks } from './network-links.ts';
import { SimulatedBufferPool } from './simulated-buffer-pool.ts';
import { SimulatedWires } from './simulated-network.ts';
import { Trace } from './trace.ts';
import { VirtualTime } from './virtual-time.ts';

const [ONE, TWO] = ['10.1.0.1', '10.1.0.2'];

/** Two machines, a process on each, and a connection that the first one makes to the second. */
class TwoMachines {
  readonly trace = new Trace();
  readonly time = new VirtualTime(new SeededRandom(1, 0), this.trace);
  readonly links = new NetworkLinks(new SeededRandom(1, 1));
  readonly one = new Incarnation('one', this.time);
  readonly two = new Incarnation('two', this.time);
  readonly heard: string[] = [];
  readonly wires = new SimulatedWires({
    trace: this.trace,
    links: this.links,
    random: new SeededRandom(1, 2),
    buffers: new SimulatedBufferPool(),
  });
  #client: Socket | null = null;
  #server: Socket | null = null;

  async connect(): Promise<void> {
    void this.wires.networkOf(this.two, TWO).listen({ host: TWO, port: 1 }, (socket) => {
      this.#server = this.#listened(socket, 'two');
    });
    await this.pass(5);
    void this.wires
      .networkOf(this.one, ONE)
      .connect({ host: TWO, port: 1 })
      .then((socket) => {
        this.#client = this.#listened(socket, 'one');
      });
    await this.pass(5);
  }

  say(who: 'one' | 'two', text: string): void {
    (who === 'one' ? this.#client : this.#server)?.write([Buffer.from(text)]);
  }

  pass(ms: number): Promise<void> {
    return this.time.run(this.time.nowMs + ms, () => false);
  }

  #listened(socket: Socket, who: string): Socket {
    socket.attach({
      data: (chunk) => void this.heard.push(`${who} hears ${Buffer.from(chunk)}`),
      drained: () => {},
      ended: () => void this.heard.push(`${who} hears the end`),
      closed: (error) => void this.heard.push(`${who} is cut off (${error?.code ?? 'in order'})`),
    });
    return socket;
  }
}

test('what a way holds up arrives when it is open again, and the other direction passes', async () => {
  const machines = new TwoMachines();
  await machines.connect();
  machines.links.block(ONE, TWO);
  machines.say('one', 'a');
  machines.say('two', 'b');
  await machines.pass(1000);
  expect(machines.heard).toEqual(['one hears b']);
  machines.links.mendAll();
  await machines.pass(10);
  expect(machines.heard).toEqual(['one hears b', 'two hears a']);
});

test('nobody is connected through a way that is blocked, either way, until it is open', async () => {
  const machines = new TwoMachines();
  machines.links.block(TWO, ONE);
  await machines.connect();
  machines.say('one', 'a');
  await machines.pass(500);
  expect(machines.heard).toEqual([]);
  machines.links.mendAll();
  await machines.pass(2000);
  machines.say('one', 'b');
  await machines.pass(10);
  expect(machines.heard).toEqual(['two hears b']);
});

test('a machine without power does not answer', async () => {
  const machines = new TwoMachines();
  await machines.connect();
  machines.links.hostIsDown(TWO, true);
  const outcome = machines.wires
    .networkOf(machines.one, ONE)
    .connect({ host: TWO, port: 1 })
    .then(
      () => 'connected',
      (error: Error) => error.message,
    );
  await machines.pass(20_000);
  expect(await outcome).toBe(`${TWO} does not answer`);
});

test('an end that could not be told that the other is gone is told when it writes', async () => {
  const machines = new TwoMachines();
  await machines.connect();
  machines.links.block(TWO, ONE);
  machines.wires.processEnded(machines.two);
  await machines.pass(2000);
  expect(machines.heard).toEqual([]);
  machines.links.mendAll();
  machines.say('one', 'a');
  await machines.pass(5000);
  expect(machines.heard).toEqual(['one is cut off (ECONNRESET)']);
});

test('a process that stood still finds what came meanwhile, in order', async () => {
  const machines = new TwoMachines();
  await machines.connect();
  const { two, heard } = machines;
  two.pause();
  for (const text of ['a', 'b', 'c']) two.after(1, 'timer', () => void heard.push(text));
  two.after(2, 'timer', () => void heard.push('d'));
  const called = two.after(3, 'timer', () => void heard.push('never'));
  machines.say('one', 'x');
  await machines.pass(100);
  expect(heard).toEqual([]);
  called.cancel();
  two.resume();
  two.after(0, 'timer', () => void heard.push('last'));
  await machines.pass(10);
  expect(heard.filter((text) => text !== 'two hears x').slice(3)).toEqual(['d', 'last']);
  expect(heard).toContain('two hears x');
});
