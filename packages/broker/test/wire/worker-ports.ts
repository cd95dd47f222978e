import { isFree } from '../../src/local-cluster/loopback-ports.ts';
import { nodeNetwork } from '../../src/runtime/node-network.ts';
import { nodeRandom } from '../../src/runtime/node-random.ts';

/**
 * A broker of a test keeps its ports while it is down, and nobody holds them then: test files that run beside each
 * other would now and then take them from each other. So each worker has a range of its own, below the one from which
 * local clusters draw and below those of the near ends of connections.
 */
const FIRST_PORT = 10_000;
const PORTS_OF_A_WORKER = 1_000;
const WORKERS = 10;

const first = FIRST_PORT + (Number(process.env.VITEST_POOL_ID ?? 0) % WORKERS) * PORTS_OF_A_WORKER;
let taken = nodeRandom().uint32();

/** A TCP port of 127.0.0.1 that is free, and that this worker gives to nobody else for a thousand calls. */
export async function portOfThisWorker(): Promise<number> {
  for (;;) {
    const port = first + (taken++ % PORTS_OF_A_WORKER);
    if (await isFree(nodeNetwork, port)) return port;
  }
}
