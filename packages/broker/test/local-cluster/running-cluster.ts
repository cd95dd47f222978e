import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalClusterOptions } from '../../src/local-cluster/cluster-options.ts';
import {
  type BrokerStatus,
  type LocalCluster,
  type LocalClusterPorts,
  machinePorts,
  openLocalCluster,
} from '../../src/local-cluster/local-cluster.ts';
import type { BrokerState } from '../../src/local-cluster/supervision.ts';
import type { Logger } from '../../src/runtime/logger.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

const brokerProgram = join(import.meta.dirname, '../../src/broker-process.ts');

/** The ports of this machine, with brokers run from their source. */
export function testPorts(): LocalClusterPorts {
  return machinePorts(brokerProgram, silent);
}

/** A local cluster of real broker processes in a directory of its own. */
export class RunningCluster {
  readonly cluster: LocalCluster;
  readonly #changes: BrokerStatus[] = [];

  private constructor(cluster: LocalCluster) {
    this.cluster = cluster;
    cluster.onChange((broker) => this.#changes.push(broker));
  }

  /** Opened and started; throws where that is refused. */
  static async start(
    directory: string,
    options: Omit<LocalClusterOptions, 'directory'>,
  ): Promise<RunningCluster> {
    const isNew = !existsSync(join(directory, 'cluster.json'));
    const outcome = await openLocalCluster(
      { ...(isNew ? { port: 0 } : {}), ...options, directory },
      testPorts(),
    );
    if (outcome.kind !== 'opened') throw new Error(JSON.stringify(outcome));
    const running = new RunningCluster(outcome.cluster);
    const started = await outcome.cluster.start();
    if (started.kind !== 'running') throw new Error(JSON.stringify(started));
    running.#changes.length = 0;
    return running;
  }

  status(id: number): BrokerStatus {
    const found = this.cluster.brokers.find((broker) => broker.id === id);
    if (found === undefined) throw new Error(`no broker ${id}`);
    return found;
  }

  /** A signal from somebody who does not tell the supervisor. */
  signal(id: number, signal: NodeJS.Signals): void {
    const { pid } = this.status(id);
    if (pid === null) throw new Error(`broker ${id} has no process`);
    process.kill(pid, signal);
  }

  /** Resolves with the states of a broker since the last call, once the last of them is there. */
  async states(id: number, last: BrokerState): Promise<BrokerState[]> {
    const mine = () => this.#changes.filter((change) => change.id === id).map(({ state }) => state);
    while (!mine().includes(last)) {
      await new Promise<void>((resolve) => {
        const unsubscribe = this.cluster.onChange(() => {
          unsubscribe();
          resolve();
        });
      });
    }
    const seen = mine();
    this.#changes.length = 0;
    return seen;
  }
}

export function temporaryDirectory(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'odradek-local-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
