import { type ChildProcess, execFile, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import type { BrokerAddresses, HostName, TestNetwork } from './test-network.ts';

const run = promisify(execFile);

const SUBNET = '10.99.0';
const CLIENTS_ADDRESS = `${SUBNET}.254`;
const BRIDGE = 'br0';
/** No card has it: what is sent there is seen by all and taken by none. */
const NOWHERE = '02:00:00:00:00:fe';

/**
 * What precedes the command that is to run in a network namespace of its own, with all it starts in a process
 * namespace that ends with it; null where this machine does not allow that. Root does not need the user namespace.
 */
export function namespacePrefix(): readonly string[] | null {
  const isolated = ['--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const ways = [
    ['unshare', ...isolated],
    ['unshare', '--user', '--map-root-user', '--mount', ...isolated],
  ];
  const needed = `ip link add ${BRIDGE} type bridge && ip link add v0 type veth peer name v1 && unshare --net true`;
  const works = ([program = '', ...args]: readonly string[]) =>
    spawnSync(program, [...args, 'sh', '-c', needed], { stdio: 'ignore' }).status === 0;
  return ways.find(works) ?? null;
}

/**
 * Each broker on a host of its own, a network namespace behind a bridge; the clients on the bridge's own. To be made
 * inside the namespace of {@link namespacePrefix}, with which everything here goes away.
 */
export class Namespaces implements TestNetwork {
  readonly kind = 'namespaces';
  readonly meaning = 'each broker in a network namespace: cut in either direction, from brokers and clients';
  readonly #holders = new Map<number, ChildProcess>();

  static async open(brokers: readonly number[]): Promise<Namespaces> {
    const network = new Namespaces();
    await ip('link', 'set', 'lo', 'up');
    await ip('link', 'add', BRIDGE, 'type', 'bridge');
    await ip('addr', 'add', `${CLIENTS_ADDRESS}/24`, 'dev', BRIDGE);
    await ip('link', 'set', BRIDGE, 'up');
    for (const broker of brokers) await network.#addHost(broker);
    return network;
  }

  addresses(broker: number): BrokerAddresses {
    const at = (port: number) => ({
      bound: `${SUBNET}.${broker}:${port}`,
      advertised: `${SUBNET}.${broker}:${port}`,
    });
    return { client: at(9092), controller: at(9093) };
  }

  spawn(broker: number, program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
    return spawn('nsenter', [`--net=${this.#namespaceOf(broker)}`, program, ...args], options);
  }

  /** A lasting entry of a wrong hardware address: packets leave and arrive nowhere, as with a broken switch. */
  async cut(from: HostName, to: HostName): Promise<void> {
    await this.#inHost(
      from,
      'neigh',
      'replace',
      addressOf(to),
      'lladdr',
      NOWHERE,
      'nud',
      'permanent',
      'dev',
      deviceOf(from),
    );
  }

  async heal(from: HostName, to: HostName): Promise<void> {
    await this.#inHost(from, 'neigh', 'del', addressOf(to), 'dev', deviceOf(from));
  }

  async close(): Promise<void> {
    for (const holder of this.#holders.values()) {
      const ended = once(holder, 'exit');
      holder.kill('SIGKILL');
      await ended;
    }
    await ip('link', 'del', BRIDGE);
  }

  async #addHost(broker: number): Promise<void> {
    const holder = spawn('unshare', ['--net', 'sh', '-c', 'echo ready; exec sleep infinity'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#holders.set(broker, holder);
    await once(holder.stdout, 'data');
    await ip(
      'link',
      'add',
      `v${broker}`,
      'type',
      'veth',
      'peer',
      'name',
      'eth0',
      'netns',
      String(holder.pid),
    );
    await ip('link', 'set', `v${broker}`, 'master', BRIDGE, 'up');
    await this.#inHost(broker, 'addr', 'add', `${SUBNET}.${broker}/24`, 'dev', 'eth0');
    await this.#inHost(broker, 'link', 'set', 'eth0', 'up');
    await this.#inHost(broker, 'link', 'set', 'lo', 'up');
  }

  async #inHost(host: HostName, ...args: string[]): Promise<void> {
    if (host === 'clients') await ip(...args);
    else await run('nsenter', [`--net=${this.#namespaceOf(host)}`, 'ip', ...args]);
  }

  #namespaceOf(broker: number): string {
    const holder = this.#holders.get(broker);
    if (holder === undefined) throw new Error(`no host was made for broker ${broker}`);
    return `/proc/${holder.pid}/ns/net`;
  }
}

const addressOf = (host: HostName) => (host === 'clients' ? CLIENTS_ADDRESS : `${SUBNET}.${host}`);
const deviceOf = (host: HostName) => (host === 'clients' ? BRIDGE : 'eth0');

async function ip(...args: string[]): Promise<void> {
  await run('ip', args);
}
