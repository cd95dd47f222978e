import type { Clock, Timer } from '../runtime/clock.ts';
import { ELECTIONS_PER_STEP, fenceStaleBroker } from './broker-heartbeat.ts';
import type { BrokerSessions } from './broker-sessions.ts';
import type { ControllerView, Decision } from './decision.ts';
import { balanceLeaders, electMissingLeaders, electUncleanLeaders } from './elect-leaders.ts';

export interface DutiesNeeds {
  readonly clock: Clock;
  readonly sessions: BrokerSessions;
  readonly imbalanceCheckMs: number;
  /** `unclean.leader.election.interval.ms` */
  readonly uncleanElectionMs: number;
  /** False when the decision cannot be made any more. */
  readonly decide: <Response>(
    decide: (view: ControllerView) => Decision<Response>,
  ) => { readonly response: Response } | null;
}

/** What an active controller does without being asked. */
export class ControllerDuties {
  readonly #needs: DutiesNeeds;
  #fencing: Timer | null = null;
  #electing: Timer | null = null;
  readonly #repeated = new Set<Timer>();
  #isStopped = false;

  constructor(needs: DutiesNeeds) {
    this.#needs = needs;
    this.watchSessions();
    // The controller before this one may have been about to.
    this.electMissing();
    const isDone = { records: [], response: { isDone: true } };
    this.#repeat(needs.imbalanceCheckMs, (view) =>
      view.configs.boolean('auto.leader.rebalance.enable')
        ? balanceLeaders(view, ELECTIONS_PER_STEP)
        : isDone,
    );
    this.#repeat(needs.uncleanElectionMs, (view) => electUncleanLeaders(view, ELECTIONS_PER_STEP));
  }

  /** A session has begun; others may have before. */
  watchSessions(): void {
    if (this.#isStopped || this.#fencing !== null) return;
    const { clock, sessions } = this.#needs;
    const expiryMs = sessions.nextExpiryMs();
    if (expiryMs === null) return;
    this.#fencing = clock.after(Math.max(0, expiryMs - clock.monotonicMs()), () => {
      this.#fencing = null;
      // Behind a turn that took long the timer comes first, and what brokers have said meanwhile waits in the sockets.
      clock.soon(() => {
        if (this.#isStopped) return;
        this.#fenceStaleBrokers();
        this.watchSessions();
      });
    });
  }

  /** A broker may lead that could not before: partitions without a leader get one, a thousand in a step. */
  electMissing(): void {
    if (this.#isStopped || this.#electing !== null) return;
    const { clock, decide } = this.#needs;
    this.#electing = clock.after(0, () => {
      this.#electing = null;
      const step = decide((view) => electMissingLeaders(view, ELECTIONS_PER_STEP));
      if (step?.response.isDone === false) this.electMissing();
    });
  }

  /** A session is over sooner than it was to be. */
  watchSessionsAnew(): void {
    this.#fencing?.cancel();
    this.#fencing = null;
    this.watchSessions();
  }

  stop(): void {
    this.#isStopped = true;
    this.#electing?.cancel();
    this.#fencing?.cancel();
    for (const timer of this.#repeated) timer.cancel();
  }

  /** One after another: each decision sees what the last one left. */
  #fenceStaleBrokers(): void {
    const { clock, sessions, decide } = this.#needs;
    for (;;) {
      const fenced = decide((view) => fenceStaleBroker(view, sessions, clock.monotonicMs()));
      if (fenced === null || fenced.response.fencedId === null) return;
    }
  }

  /** Every so often; at once again while there is more to do than one step may take. */
  #repeat(
    intervalMs: number,
    step: (view: ControllerView) => Decision<{ readonly isDone: boolean }>,
    delayMs = intervalMs,
  ): void {
    if (this.#isStopped) return;
    const { clock, decide } = this.#needs;
    const timer = clock.after(delayMs, () => {
      this.#repeated.delete(timer);
      const isDone = decide(step)?.response.isDone ?? true;
      this.#repeat(intervalMs, step, isDone ? intervalMs : 0);
    });
    this.#repeated.add(timer);
  }
}
