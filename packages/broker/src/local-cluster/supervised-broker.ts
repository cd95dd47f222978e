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

/** How often it is looked at whether somebody has halted the process, or let it go on. */
const WATCH_MS = 200;

/** The same after a signal of our own, until it has had its effect, and for how long. */
const WATCH_CLOSELY_MS = 5;
const WATCH_CLOSELY_FOR_MS = 500;

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
  #watching: Timer | null = null;
  #watchesCloselyUntilMs = 0;
  readonly #waiting = new Set<() => void>();
  #silence: string | null = null;
  #turn = 0;

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

  /** Why it has not answered when it was asked last; null when it has, or was not asked yet. */
  get silence(): string | null {
    return this.#silence;
  }

  tell(event: SupervisionEvent): void {
    const before = this.#supervision;
    const { next, effects } = superviseStep(before, event, this.#options.clock.monotonicMs());
    this.#supervision = next;
    for (const effect of effects) this.#carryOut(effect);
    if (next.state === before.state && next.wanted === before.wanted) return;
    this.#options.onChange();
    for (const look of [...this.#waiting]) look();
  }

  /** The first answer of `judge` that is not null, asked now and after each change; null when none came in time. */
  until<Verdict>(
    judge: (supervision: Supervision) => Verdict | null,
    patienceMs: number,
  ): Promise<Verdict | null> {
    const now = judge(this.#supervision);
    if (now !== null) return Promise.resolve(now);
    return new Promise((resolve) => {
      const end = (verdict: Verdict | null): void => {
        this.#waiting.delete(look);
        timer.cancel();
        resolve(verdict);
      };
      const look = (): void => {
        const verdict = judge(this.#supervision);
        if (verdict !== null) end(verdict);
      };
      const timer = this.#options.clock.after(patienceMs, () => end(null));
      this.#waiting.add(look);
    });
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
        this.#signal(effect.signal);
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
    this.#silence = null;
    const hosted = host.spawn(configFile, {
      listening: () => this.tell({ kind: 'listening' }),
      logged: (bytes) => log.append(bytes),
      exited: (end) => this.#exited(end),
    });
    this.#process = hosted;
    if (hosted.identity !== null) this.#options.onSpawned(hosted.identity);
    this.#watchAfter(WATCH_MS);
  }

  #signal(signal: 'terminate' | 'kill' | 'pause' | 'resume'): void {
    const { clock } = this.#options;
    this.#process?.signal(signal);
    if (signal !== 'pause' && signal !== 'resume') return;
    if (this.#process?.isHalted() === null) {
      // Nobody says whether it has had its effect; on such a system the signal is all there is to know.
      clock.soon(() => this.tell({ kind: signal === 'pause' ? 'halted' : 'continued' }));
      return;
    }
    this.#watchesCloselyUntilMs = clock.monotonicMs() + WATCH_CLOSELY_FOR_MS;
    this.#watchAfter(WATCH_CLOSELY_MS);
  }

  #watchAfter(delayMs: number): void {
    this.#watching?.cancel();
    this.#watching = this.#options.clock.after(delayMs, () => this.#watch());
  }

  #watch(): void {
    const isHalted = this.#process?.isHalted() ?? null;
    if (isHalted === null) return;
    const isKnown = isHalted === (this.#supervision.state === 'paused');
    if (!isKnown) {
      this.#watchesCloselyUntilMs = 0;
      this.tell({ kind: isHalted ? 'halted' : 'continued' });
    }
    const isClose = this.#options.clock.monotonicMs() < this.#watchesCloselyUntilMs;
    this.#watchAfter(isClose ? WATCH_CLOSELY_MS : WATCH_MS);
  }

  #exited(end: { reason: string; hopeless: boolean }): void {
    this.#process = null;
    this.#watching?.cancel();
    const reason = endOf(end.reason, this.#options.log.lastLines());
    if (this.#supervision.state !== 'stopping') {
      this.#options.logger.warn({ broker: this.id, reason }, 'a broker process ended unasked');
    }
    this.tell({ kind: 'exited', reason, hopeless: end.hopeless });
  }

  async #probeUntilAnswered(): Promise<void> {
    const { clock, logger, probe } = this.#options;
    const asked = this.#process;
    // A question asked before a pause may still be open: whoever asks anew goes on alone.
    const turn = ++this.#turn;
    let warnAtMs = clock.monotonicMs() + PROBE_WARN_MS;
    const isCurrent = () =>
      turn === this.#turn && this.#process === asked && this.#supervision.state === 'starting';
    while (isCurrent()) {
      const outcome = await probe();
      if (!isCurrent()) return;
      if (outcome.kind === 'answered') {
        this.#silence = null;
        this.tell({ kind: 'answered' });
        return;
      }
      this.#silence = outcome.reason;
      if (clock.monotonicMs() >= warnAtMs) {
        logger.warn({ broker: this.id, reason: outcome.reason }, 'a broker listens but does not answer');
        warnAtMs = clock.monotonicMs() + PROBE_WARN_MS;
      }
      await new Promise<void>((resolve) => clock.after(PROBE_PAUSE_MS, resolve));
    }
  }
}
