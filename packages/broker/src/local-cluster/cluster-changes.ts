import { BrokerActionError } from './broker-action.ts';
import { type ClusterDirectory, configProblem } from './cluster-directory.ts';
import { removalRefusal } from './cluster-growth.ts';
import type { LocalClusterPorts } from './cluster-options.ts';
import { heldReplicas, unregister } from './cluster-questions.ts';
import type { ManifestBroker } from './manifest.ts';
import { membersOf, planBroker } from './manifest-plan.ts';

/** A running cluster of which nobody else changes the members meanwhile. */
export interface ClusterInChange {
  readonly directory: ClusterDirectory;
  /** Resolves with whether it was meant to run. */
  stop(id: number): Promise<boolean>;
  start(id: number): Promise<void>;
  /** The TCP port of a broker that runs, other than this one; null when none does. */
  runningBesides(id: number): number | null;
}

/** Writes an observer into the manifest and makes its folder. Rejects with a {@link BrokerActionError}. */
export async function addToCluster(
  { directory }: ClusterInChange,
  ports: LocalClusterPorts,
): Promise<ManifestBroker> {
  const plan = await planBroker(directory.manifest, ports);
  if (plan === null) throw conflict('No TCP port above those of the cluster is free for another broker.');
  const problem = configProblem(directory.path, plan.manifest);
  if (problem !== null) throw conflict(`A broker cannot be added: ${problem}`);
  // What may lie there is of a broker that was removed, and held no replicas then.
  await directory.removeFolder(plan.broker.id);
  await directory.change(plan.manifest);
  return plan.broker;
}

/**
 * Stops an observer, has the controller forget it and takes it out of the manifest. Rejects with a
 * {@link BrokerActionError} for a voter and for one that holds replicas, which goes on running as it did.
 */
export async function removeFromCluster(
  cluster: ClusterInChange,
  id: number,
  ports: LocalClusterPorts,
): Promise<void> {
  const { directory } = cluster;
  const { manifest } = directory;
  const refusal = removalRefusal(membersOf(manifest), id);
  if (refusal !== null) throw conflict(refusal);
  const refuseHolder = async (): Promise<number> => {
    const port = cluster.runningBesides(id);
    if (port === null) throw conflict(`No other broker runs that could be asked what broker ${id} holds.`);
    const others = manifest.brokers.filter((broker) => broker.id !== id).map((broker) => broker.id);
    const held = await heldReplicas(ports, { port, brokerId: id });
    if (held.size > 0) throw conflict(holderSentence(id, held, others));
    return port;
  };
  await refuseHolder();
  const wasWanted = await cluster.stop(id);
  try {
    // Topics may have been created until it stopped.
    const port = await refuseHolder();
    await unregister(ports, { port, brokerId: id });
  } catch (error) {
    if (wasWanted) await cluster.start(id);
    throw error;
  }
  await directory.change({ ...manifest, brokers: manifest.brokers.filter((broker) => broker.id !== id) });
}

function holderSentence(id: number, held: ReadonlyMap<string, number>, others: readonly number[]): string {
  const count = [...held.values()].reduce((sum, each) => sum + each, 0);
  const [first = '', ...rest] = held.keys();
  const topics = rest.length === 0 ? `topic ${first}` : `${first} and ${rest.length} more topics`;
  const remedy = `odradek topics reassign execute --all --brokers ${others.join(',')}`;
  return `Broker ${id} holds ${count} ${count === 1 ? 'replica' : 'replicas'} of ${topics}: move them first (${remedy}).`;
}

function conflict(sentence: string): BrokerActionError {
  return new BrokerActionError('conflict', sentence);
}
