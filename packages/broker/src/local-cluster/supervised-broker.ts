import type { Clock, Timer } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { ProcessIdentity } from '../runtime/node-process-identity.ts';
import type { BrokerLogFile } from './broker-log-file.ts';
import { endOf } from './process-end.ts';
import type { HostedProcess, ProcessHost } from './process-host.ts';
import type { RoundTripOutcome } from './round-trip.ts';
import {
  neverStarted,
  type Supervision,
  type SupervisionEffect,
  type SupervisionEvent,
  superviseStep,
} from './supervision.ts';

/** How long to wait between two questions to a broker that does not answer yet. */
const PROBE_PAUSE_MS = 20;

/** A broker that listens and yet does not answer is worth a line in the log this often. */
const PROBE_WARN_MS = 10_000;

export interface SupervisedBrokerOptions {
  readonly id: number;
  readonly configFile: string;
  readonly log: BrokerLogFile;
  readonly host: ProcessHost;
  readonly clock: Clock;
  readonly logger: Logger;
  /** One question to the broker on its advertised address. */
  readonly probe: () => Promise<RoundTripOutcome>;
  /** A process was started. */
  readonly onSpawned: (identity: ProcessIdentity) => void;
  readonly onChange: () => void;
}

/** Carries out what the supervision of one broker decides, and tells it what happens to the process. */
export class SupervisedBroker {
  readonly #options: SupervisedBrokerOptions;
  #supervision: Supervision = neverStarted;
  #process: HostedProcess | null = null;
  #timer: Timer | null = null;

  constructor(options: SupervisedBrokerOptions) {
    this.#options = options;
  }

  get id(): number {
    return this.#options.id;
  }

  get supervision(): Supervision {
    return this.#supervision;
  }

  /** Null while there is no process. */
  get pid(): number | null {
    return this.#process?.identity?.pid ?? null;
  }

  tell(event: SupervisionEvent): void {
    const before = this.#supervision;
    const { next, effects } = superviseStep(before, event, this.#options.clock.monotonicMs());
    this.#supervision = next;
    for (const effect of effects) this.#carryOut(effect);
    if (next.state !== before.state || next.wanted !== before.wanted) this.#options.onChange();
  }

  #carryOut(effect: SupervisionEffect): void {
    switch (effect.kind) {
      case 'spawn':
        this.#spawn();
        return;
      case 'probe':
        void this.#probeUntilAnswered();
        return;
      case 'signal':
        this.#process?.signal(effect.signal);
        return;
      case 'set-timer':
        this.#timer?.cancel();
        this.#timer = this.#options.clock.after(effect.delayMs, () => this.tell({ kind: 'timer' }));
        return;
      case 'cancel-timer':
        this.#timer?.cancel();
        this.#timer = null;
        return;
    }
  }

  #spawn(): void {
    const { host, configFile, log } = this.#options;
    log.forgetTail();
    const hosted = host.spawn(configFile, {
      listening: () => this.tell({ kind: 'listening' }),
      logged: (bytes) => log.append(bytes),
      exited: (end) => this.#exited(end),
    });
    this.#process = hosted;
    if (hosted.identity !== null) this.#options.onSpawned(hosted.identity);
  }

  #exited(end: { reason: string; hopeless: boolean }): void {
    this.#process = null;
    const reason = endOf(end.reason, this.#options.log.lastLines());
    if (this.#supervision.state !== 'stopping') {
      this.#options.logger.warn({ broker: this.id, reason }, 'a broker process ended unasked');
    }
    this.tell({ kind: 'exited', reason, hopeless: end.hopeless });
  }

  async #probeUntilAnswered(): Promise<void> {
    const { clock, logger, probe } = this.#options;
    const asked = this.#process;
    let warnAtMs = clock.monotonicMs() + PROBE_WARN_MS;
    const isCurrent = () =>
      this.#process === asked &&
      (this.#supervision.state === 'starting' || this.#supervision.state === 'paused');
    while (isCurrent()) {
      const outcome = await probe();
      if (!isCurrent()) return;
      if (outcome.kind === 'answered') {
        this.tell({ kind: 'answered' });
        return;
      }
      if (clock.monotonicMs() >= warnAtMs) {
        logger.warn({ broker: this.id, reason: outcome.reason }, 'a broker listens but does not answer');
        warnAtMs = clock.monotonicMs() + PROBE_WARN_MS;
      }
      await new Promise<void>((resolve) => clock.after(PROBE_PAUSE_MS, resolve));
    }
  }
}
