import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { roundTrip } from '../../src/local-cluster/round-trip.ts';
import { nodeClock } from '../../src/runtime/node-clock.ts';
import { nodeNetwork } from '../../src/runtime/node-network.ts';
import { identityOf, isRunning } from '../../src/runtime/node-process-identity.ts';
import { RunningCluster, temporaryDirectory } from './running-cluster.ts';

let directory: ReturnType<typeof temporaryDirectory>;
let running: RunningCluster;

beforeEach(async () => {
  directory = temporaryDirectory();
  running = await RunningCluster.start(directory.path, { brokers: 1 });
});

afterEach(async () => {
  await running.cluster.close();
  directory.remove();
});

/** The state in /proc: `T` for a process that stands still. */
function stateOf(pid: number | null): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
}

describe('a broker process', () => {
  it('stands still when it is said to be paused, and answers when it is said to run again', async () => {
    const { pid, port } = running.status(1);
    await running.cluster.pauseBroker(1);
    expect(stateOf(pid)).toBe('T');
    await running.cluster.resumeBroker(1);
    expect(running.status(1)).toMatchObject({ state: 'running', pid });
    const address = { host: '127.0.0.1', port };
    const ports = { network: nodeNetwork, clock: nodeClock };
    expect(await roundTrip(ports, { address, nodeId: 1 })).toEqual({ kind: 'answered' });
    expect(await running.states(1, 'running')).toEqual(['paused', 'starting', 'running']);
  });

  it('is seen when somebody else halts it and lets it go on', async () => {
    running.signal(1, 'SIGSTOP');
    expect(await running.states(1, 'paused')).toEqual(['paused']);
    running.signal(1, 'SIGCONT');
    expect(await running.states(1, 'running')).toEqual(['starting', 'running']);
  });

  it('is started again when somebody else kills it, also while it is paused', async () => {
    await running.cluster.pauseBroker(1);
    await running.states(1, 'paused');
    const { pid } = running.status(1);
    running.signal(1, 'SIGKILL');
    expect(await running.states(1, 'running')).toEqual(['stopped', 'starting', 'running']);
    expect(running.status(1).pid).not.toBe(pid);
  });

  it('stays stopped when it was killed by request, with nothing of it left', async () => {
    const { pid } = running.status(1);
    const identity = identityOf(pid ?? 0);
    const killed = await running.cluster.killBroker(1);
    expect(killed).toMatchObject({ state: 'stopped', pid: null, reason: 'it was killed by request' });
    expect(isRunning(identity)).toBe(false);
    expect(await running.cluster.startBroker(1)).toMatchObject({ state: 'running', reason: null });
  });

  it('stops cleanly although it is paused, and is recovered by nobody', async () => {
    await running.cluster.pauseBroker(1);
    await running.cluster.stopBroker(1);
    const mark = join(running.status(1).directory, 'data/.kafka_cleanshutdown');
    expect(readFileSync(mark, 'utf8')).toContain('brokerEpoch');
  });

  it('keeps a log of its own, over its restarts', async () => {
    await running.cluster.restartBroker(1);
    await running.cluster.close();
    const log = readFileSync(join(running.status(1).directory, 'broker.log'), 'utf8');
    expect(log.match(/the broker serves/g)).toHaveLength(2);
    running = await RunningCluster.start(directory.path, {});
  });
});
