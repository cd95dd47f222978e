import type { SeededRandom } from '../seeded-random.ts';
import type { Findings } from './findings.ts';
import type { NetworkLinks } from './network-links.ts';
import type { SimulatedMachine } from './simulated-machine.ts';
import type { SimulatedWires } from './simulated-network.ts';

const SLOW_LINK_MS = { least: 20, most: 400 };

export interface NetworkFaultsNeeds {
  readonly random: SeededRandom;
  readonly machines: readonly SimulatedMachine[];
  readonly wires: SimulatedWires;
  readonly links: NetworkLinks;
  readonly findings: Findings;
}

/** What goes wrong between machines. Clients reach every machine that is up, also one that its fellows cannot reach. */
export class NetworkFaults {
  readonly #needs: NetworkFaultsNeeds;

  constructor(needs: NetworkFaultsNeeds) {
    this.#needs = needs;
  }

  /** Half of the resets take an answer with them, so that what was done has to be asked for again. */
  cut(kind: 'reset' | 'silence'): void {
    const { wires, findings, random } = this.#needs;
    if (kind === 'reset' && random.chance(0.5)) {
      wires.atNextAnswer((connection) => {
        connection.reset();
        findings.count('resets');
      });
      return;
    }
    const { open } = wires;
    if (open.length === 0) return;
    const connection = random.pick(open);
    if (kind === 'reset') connection.reset();
    else connection.silence();
    findings.count(kind === 'reset' ? 'resets' : 'silences');
  }

  disturb(kind: 'partition' | 'one way' | 'slow link', machine: SimulatedMachine): void {
    const { random, links, findings } = this.#needs;
    const others = this.#cutOffFrom(machine);
    const own = machine.address.host;
    findings.count(kind === 'slow link' ? 'slowLinks' : 'partitions');
    const isOutward = random.chance(0.5);
    const extraMs = random.between(SLOW_LINK_MS.least, SLOW_LINK_MS.most);
    for (const host of others) {
      if (kind === 'slow link') links.slow(own, host, extraMs);
      if (kind === 'partition' || (kind === 'one way' && isOutward)) links.block(own, host);
      if (kind === 'partition' || (kind === 'one way' && !isOutward)) links.block(host, own);
    }
  }

  /** All others, or only one of them. */
  #cutOffFrom(machine: SimulatedMachine): readonly string[] {
    const { machines, random } = this.#needs;
    const others = machines.filter((other) => other !== machine).map(({ address }) => address.host);
    return random.chance(0.6) ? others : [random.pick(others)];
  }
}
