import { ErrorCode, errorOf } from '../protocol/errors.ts';
import type { Encodable } from '../protocol/message.ts';
import { brokerHeartbeatRequest } from '../protocol/messages/broker-heartbeat-request.ts';
import { brokerHeartbeatResponse } from '../protocol/messages/broker-heartbeat-response.ts';
import { brokerRegistrationRequest } from '../protocol/messages/broker-registration-request.ts';
import { brokerRegistrationResponse } from '../protocol/messages/broker-registration-response.ts';
import type { PeerChannel } from '../protocol/peer-channel.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';

export interface BrokerLifecycleNeeds {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The way to the controller. */
  readonly controller: PeerChannel;
  /** What the broker says of itself; the same incarnation for as long as its process lives. */
  readonly registration: Encodable<typeof brokerRegistrationRequest> & { readonly brokerId: number };
  /** `broker.heartbeat.interval.ms` */
  readonly heartbeatMs: number;
  /** `broker.session.timeout.ms`: a registration waits so long for its record to be committed. */
  readonly sessionMs: number;
  /** The last metadata record that the broker has applied. */
  readonly metadataOffset: () => number;
  /** Ids of its log directories whose disks have refused. */
  readonly offlineDirectories: () => readonly string[];
  /** It is registered, perhaps anew: requests and fetches carry this epoch from now on. */
  readonly onRegistered: (brokerEpoch: number) => void;
}

/**
 * How a broker stands to its cluster:
 *
 * ```
 * starting ──registered──▶ fenced ──let in──▶ running ──stop()──▶ stopping ──let go──▶ stopped
 *     ▲                      ▲ └──────────────── │                   │
 *     │                      └── fenced again ───┘                   │
 *     └────────────── its registration is not known any more ────────┘
 * ```
 */
export type BrokerState = 'starting' | 'fenced' | 'running' | 'stopping' | 'stopped';

const REGISTRATION_VERSION = 4;
const HEARTBEAT_VERSION = 1;

/** A broker that catches up is let in at its next heartbeat: it does not wait a whole interval for it. */
const CATCHING_UP_MS = 20;

/** Whoever was refused, because an incarnation before it is taken to live, asks again. */
const REGISTRATION_PAUSE_MS = 100;

/** Registers a broker, tells the controller that it lives, and takes leave of it. */
export class BrokerLifecycle {
  readonly #needs: BrokerLifecycleNeeds;
  readonly #registered = Promise.withResolvers<void>();
  readonly #running = Promise.withResolvers<void>();
  readonly #stopped = Promise.withResolvers<void>();
  #state: BrokerState = 'starting';
  #brokerEpoch = -1;
  #wantsShutdown = false;
  #isClosed = false;
  #isReady = false;
  #isHeard = true;
  #obstacle = 'no controller is known';
  #pause: { readonly timer: Timer; readonly end: () => void } | null = null;

  constructor(needs: BrokerLifecycleNeeds) {
    this.#needs = needs;
  }

  get state(): BrokerState {
    return this.#state;
  }

  /** -1 before it was registered. */
  get brokerEpoch(): number {
    return this.#brokerEpoch;
  }

  /** Why it is not registered yet, in words. */
  get obstacle(): string {
    return this.#obstacle;
  }

  /** Resolves with the first registration, or when it is closed before. */
  get registered(): Promise<void> {
    return this.#registered.promise;
  }

  /** Resolves when the broker is let in for the first time, or is closed before. */
  get running(): Promise<void> {
    return this.#running.promise;
  }

  /** Begins with the registration; see {@link running}. */
  start(): Promise<void> {
    void this.#live();
    return this.running;
  }

  /** Goes on from a registration that is made and let in already. */
  resume(brokerEpoch: number): void {
    this.#brokerEpoch = brokerEpoch;
    this.#isReady = true;
    this.#state = 'running';
    this.#running.resolve();
    void this.#live();
  }

  /** The broker can serve: from here on it wants to be let in. */
  ready(): void {
    this.#isReady = true;
    this.#pause?.end();
  }

  /** Hands over what the broker leads. Resolves when the controller lets it go, or it is closed before. */
  stop(): Promise<void> {
    this.#wantsShutdown = true;
    if (this.#state === 'running') this.#state = 'stopping';
    this.#pause?.end();
    return this.#stopped.promise;
  }

  /** Nothing is said any more; who waits, waits no longer. */
  close(): void {
    this.#isClosed = true;
    this.#pause?.end();
    this.#registered.resolve();
    this.#running.resolve();
    this.#stopped.resolve();
  }

  async #live(): Promise<void> {
    while (!this.#isOver) {
      await (this.#state === 'starting' ? this.#register() : this.#beat());
      if (this.#state === 'running') this.#running.resolve();
      if (!this.#isOver) await this.#sleep(this.#pauseMs());
    }
    this.#stopped.resolve();
  }

  get #isOver(): boolean {
    return this.#isClosed || this.#state === 'stopped';
  }

  #pauseMs(): number {
    const { heartbeatMs } = this.#needs;
    const isAtRest = this.#state === 'running' || (this.#state === 'fenced' && !this.#isReady);
    if (this.#isHeard && isAtRest) return heartbeatMs;
    return Math.min(this.#state === 'starting' ? REGISTRATION_PAUSE_MS : CATCHING_UP_MS, heartbeatMs);
  }

  async #register(): Promise<void> {
    const { controller, registration, sessionMs, logger, onRegistered } = this.#needs;
    const answer = await controller.ask({
      request: brokerRegistrationRequest,
      response: brokerRegistrationResponse,
      version: REGISTRATION_VERSION,
      body: registration,
      // Whoever asks anew before a slow disk has it begins anew: each attempt is a record of its own.
      timeoutMs: sessionMs,
    });
    this.#isHeard = answer.kind === 'answered';
    if (answer.kind === 'unanswered') {
      this.#obstacle = answer.reason;
      logger.info({ reason: answer.reason }, 'No controller has registered this broker yet');
      return;
    }
    const { errorCode, brokerEpoch } = answer.body;
    if (errorCode !== ErrorCode.NONE) {
      this.#noteRefusal(errorOf(errorCode).name);
      return;
    }
    this.#brokerEpoch = brokerEpoch;
    this.#state = 'fenced';
    onRegistered(brokerEpoch);
    this.#registered.resolve();
  }

  /** It is asked for several times a second: what stays the same is said once. */
  #noteRefusal(error: string): void {
    const obstacle = `the controller refuses (${error})`;
    if (this.#obstacle === obstacle) return;
    this.#obstacle = obstacle;
    this.#needs.logger.warn({ error }, 'The controller refuses to register this broker');
  }

  async #beat(): Promise<void> {
    const { controller, registration, sessionMs, metadataOffset, offlineDirectories } = this.#needs;
    const answer = await controller.ask({
      request: brokerHeartbeatRequest,
      response: brokerHeartbeatResponse,
      version: HEARTBEAT_VERSION,
      body: {
        brokerId: registration.brokerId,
        brokerEpoch: this.#brokerEpoch,
        currentMetadataOffset: metadataOffset(),
        wantFence: !this.#isReady,
        wantShutDown: this.#wantsShutdown,
        offlineLogDirs: offlineDirectories(),
      },
      // A controller that is busy is not asked anew as often as it is to hear of the broker.
      timeoutMs: sessionMs / 2,
    });
    this.#isHeard = answer.kind === 'answered';
    if (answer.kind === 'unanswered') return;
    const { errorCode, isFenced, shouldShutDown } = answer.body;
    if (errorCode === ErrorCode.STALE_BROKER_EPOCH) this.#state = 'starting';
    else if (errorCode !== ErrorCode.NONE) return;
    else if (shouldShutDown) this.#state = 'stopped';
    else if (this.#wantsShutdown) this.#state = 'stopping';
    else this.#state = isFenced ? 'fenced' : 'running';
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        this.#pause?.timer.cancel();
        this.#pause = null;
        resolve();
      };
      this.#pause = { timer: this.#needs.clock.after(ms, end), end };
    });
  }
}
