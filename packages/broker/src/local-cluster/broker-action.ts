import type { SupervisedBroker } from './supervised-broker.ts';
import { type BrokerState, hasProcess, type Supervision } from './supervision.ts';

/** Why something cannot be done to a broker, in a sentence for a person. */
export class BrokerActionError extends Error {
  /** `unknown`: the cluster has no such broker. `conflict`: the broker, or the cluster, is not in a state for it. */
  readonly kind: 'unknown' | 'conflict';

  constructor(kind: 'unknown' | 'conflict', message: string) {
    super(message);
    this.name = 'BrokerActionError';
    this.kind = kind;
  }
}

/** What a person waits for. A broker with a long log to recover may take longer; it is not given up then. */
const PATIENCE_MS = 30_000;

/** Starts the broker; resolves when it runs. One that is stopping is started when it has stopped. */
export function start(broker: SupervisedBroker): Promise<void> {
  if (broker.supervision.state === 'paused') {
    throw conflict(`Broker ${broker.id} is paused: resume it.`);
  }
  broker.tell({ kind: 'start' });
  return runs(broker);
}

/** Stops the broker cleanly, or by force after a grace period; resolves when there is no process any more. */
export function stop(broker: SupervisedBroker): Promise<void> {
  broker.tell({ kind: 'stop' });
  return hasStopped(broker);
}

export function restart(broker: SupervisedBroker): Promise<void> {
  broker.tell({ kind: 'stop' });
  broker.tell({ kind: 'start' });
  return runs(broker);
}

/** Ends the process at once, as a crash would; resolves when it is gone. It stays stopped until it is started. */
export function kill(broker: SupervisedBroker): Promise<void> {
  if (!hasProcess(broker.supervision)) {
    throw conflict(`Broker ${broker.id} has no process to kill: it is ${broker.supervision.state}.`);
  }
  broker.tell({ kind: 'kill' });
  return hasStopped(broker);
}

/** Holds the process still, its connections stay open; resolves when it stands still. */
export function pause(broker: SupervisedBroker): Promise<void> {
  if (broker.supervision.state !== 'running') throw notNow(broker, 'paused', 'running');
  broker.tell({ kind: 'pause' });
  return settled(broker, ({ state }) => {
    if (state === 'paused') return 'done';
    return state === 'running' ? null : `Broker ${broker.id} is ${state}, and was to be paused.`;
  });
}

/** Lets a process go on, whoever halted it; resolves when the broker has answered. */
export function resume(broker: SupervisedBroker): Promise<void> {
  if (broker.supervision.state !== 'paused') throw notNow(broker, 'resumed', 'paused');
  broker.tell({ kind: 'resume' });
  return runs(broker);
}

function runs(broker: SupervisedBroker): Promise<void> {
  // One that is being resumed is paused at first.
  let wasPaused = broker.supervision.state === 'paused';
  return settled(broker, ({ state, wanted, reason }) => {
    if (state === 'running') return 'done';
    if (state === 'failed') return `Broker ${broker.id} failed: ${reason ?? 'it gives no reason'}.`;
    if (!wanted) return `Broker ${broker.id} was stopped before it had answered.`;
    if (state === 'paused' && !wasPaused) return `Broker ${broker.id} was paused before it had answered.`;
    wasPaused = wasPaused && state === 'paused';
    return null;
  });
}

function hasStopped(broker: SupervisedBroker): Promise<void> {
  return settled(broker, ({ state, wanted }) => {
    if (wanted) return `Broker ${broker.id} was started again before it had stopped.`;
    return state === 'stopped' ? 'done' : null;
  });
}

/** Resolves with `done`, rejects with any other sentence; null waits for the next change. */
async function settled(
  broker: SupervisedBroker,
  judge: (supervision: Supervision) => 'done' | string | null,
): Promise<void> {
  const verdict = await broker.until(judge, PATIENCE_MS);
  if (verdict === 'done') return;
  if (verdict !== null) throw conflict(verdict);
  const silence = broker.silence === null ? '' : `: ${broker.silence}`;
  const seconds = PATIENCE_MS / 1000;
  throw conflict(`Broker ${broker.id} is still ${broker.supervision.state} after ${seconds} s${silence}.`);
}

function notNow({ id, supervision }: SupervisedBroker, what: string, wanted: BrokerState): BrokerActionError {
  return conflict(`Broker ${id} is ${supervision.state}; only one that is ${wanted} can be ${what}.`);
}

function conflict(sentence: string): BrokerActionError {
  return new BrokerActionError('conflict', sentence);
}
