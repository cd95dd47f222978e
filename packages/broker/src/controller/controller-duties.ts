import type { Clock, Timer } from '../runtime/clock.ts';
import { fenceStaleBroker } from './broker-heartbeat.ts';
import type { BrokerSessions } from './broker-sessions.ts';
import type { ControllerView, Decision } from './decision.ts';
import { balanceLeaders } from './elect-leaders.ts';

export interface DutiesNeeds {
  readonly clock: Clock;
  readonly sessions: BrokerSessions;
  readonly imbalanceCheckMs: number;
  /** False when the decision cannot be made any more. */
  readonly decide: <Response>(
    decide: (view: ControllerView) => Decision<Response>,
  ) => { readonly response: Response } | null;
}

/** Most leaders that are moved back in one step, so that requests come in between. */
const ELECTIONS_PER_STEP = 1000;

/** What an active controller does without being asked. */
export class ControllerDuties {
  readonly #needs: DutiesNeeds;
  #fencing: Timer | null = null;
  #balancing: Timer | null = null;
  #isStopped = false;

  constructor(needs: DutiesNeeds) {
    this.#needs = needs;
    this.watchSessions();
    this.#balanceAfter(needs.imbalanceCheckMs);
  }

  /** A session has begun; others may have before. */
  watchSessions(): void {
    if (this.#isStopped || this.#fencing !== null) return;
    const { clock, sessions } = this.#needs;
    const expiryMs = sessions.nextExpiryMs();
    if (expiryMs === null) return;
    this.#fencing = clock.after(Math.max(0, expiryMs - clock.monotonicMs()), () => {
      this.#fencing = null;
      this.#fenceStaleBrokers();
      this.watchSessions();
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#fencing?.cancel();
    this.#balancing?.cancel();
  }

  /** One after another: each decision sees what the last one left. */
  #fenceStaleBrokers(): void {
    const { clock, sessions, decide } = this.#needs;
    for (;;) {
      const fenced = decide((view) => fenceStaleBroker(view, sessions, clock.monotonicMs()));
      if (fenced === null || fenced.response.fencedId === null) return;
    }
  }

  #balanceAfter(delayMs: number): void {
    if (this.#isStopped) return;
    this.#balancing = this.#needs.clock.after(delayMs, () => {
      const balanced = this.#needs.decide((view) =>
        view.configs.boolean('auto.leader.rebalance.enable')
          ? balanceLeaders(view, ELECTIONS_PER_STEP)
          : { records: [], response: { isDone: true } },
      );
      this.#balanceAfter(balanced?.response.isDone === false ? 0 : this.#needs.imbalanceCheckMs);
    });
  }
}
