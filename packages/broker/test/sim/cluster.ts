import { SeededRandom } from '../seeded-random.ts';
import { ClientProcess } from './clients/client-process.ts';
import { Incarnation } from './incarnation.ts';
import { type MachineAddress, propertiesOf } from './machine-properties.ts';
import { NetworkLinks } from './network-links.ts';
import { SimulatedBufferPool } from './simulated-buffer-pool.ts';
import { type MachineOptions, SimulatedMachine } from './simulated-machine.ts';
import { SimulatedWires } from './simulated-network.ts';
import { simulatedRandom } from './simulated-random.ts';

export interface SimulatedClusterOptions extends Omit<MachineOptions, 'address' | 'wires' | 'links'> {
  readonly nodes: number;
}

/** The machines of a simulation, the wires between them, and those who come to them as clients. */
export class SimulatedCluster {
  readonly machines: readonly SimulatedMachine[];
  readonly wires: SimulatedWires;
  readonly links: NetworkLinks;
  readonly clusterId: string;
  readonly replicationFactor: number;
  readonly minInSyncReplicas: number;
  readonly #options: SimulatedClusterOptions;
  #clients = 0;

  constructor(options: SimulatedClusterOptions) {
    const { seed, trace, nodes, properties } = options;
    this.#options = options;
    const addresses = addressesOf(seed, nodes);
    this.links = new NetworkLinks(
      new SeededRandom(seed, 6),
      addresses.map(({ host }) => host),
    );
    const { links } = this;
    this.wires = new SimulatedWires({
      ...{ trace, links, random: new SeededRandom(seed, 1), buffers: new SimulatedBufferPool() },
    });
    this.clusterId = simulatedRandom(new SeededRandom(seed, 8)).uuid();
    this.replicationFactor = Math.min(3, nodes);
    this.minInSyncReplicas = nodes === 1 ? 1 : 2;
    this.machines = addresses.map(
      (address) =>
        new SimulatedMachine({
          ...options,
          ...{ address, links, wires: this.wires },
          properties: { ...propertiesOf(address, addresses, this), ...properties },
        }),
    );
  }

  /** Somebody who uses the cluster, on a machine of its own. */
  newClient(name: string): ClientProcess {
    this.#clients += 1;
    const { seed, time, findings } = this.#options;
    const incarnation = new Incarnation(name, time);
    return new ClientProcess({
      ...{ name, time, incarnation },
      network: this.wires.networkOf(incarnation, `10.0.0.${this.#clients}`),
      random: new SeededRandom(seed, 1000 + this.#clients),
      bootstrap: this.machines.map(({ address: { host, port } }) => ({ host, port })),
      violate: (text) => findings.violate(text),
    });
  }
}

function addressesOf(seed: number, nodes: number): readonly MachineAddress[] {
  const { uuid } = simulatedRandom(new SeededRandom(seed, 7));
  return Array.from({ length: nodes }, (_, index) => ({
    id: index + 1,
    host: `10.1.0.${index + 1}`,
    port: 9092,
    controllerPort: 9093,
    directoryId: uuid(),
  }));
}
