/**
 * How the controller stands to a registered broker:
 *
 * ```
 * fenced ──caught up──▶ active ──wants to stop──▶ stopping ──leads nothing, and all know it──▶ stopped
 *    ▲                    │                           │
 *    └── session over, or it asks to be fenced ───────┘
 * ```
 * A broker that is fenced or leads nothing may stop at once.
 */
export type BrokerPhase = 'fenced' | 'active' | 'stopping' | 'stopped';

/** What a broker says of itself, every `broker.heartbeat.interval.ms`. */
export interface Heartbeat {
  readonly brokerId: number;
  /** The last metadata record that it has applied. */
  readonly metadataOffset: number;
  /** By which it came; null in the controller's own process. */
  readonly connectionId: number | null;
  readonly wantsFence: boolean;
  readonly wantsShutdown: boolean;
}

interface Session {
  readonly brokerEpoch: number;
  contactMs: number;
  /** By which it was heard of last. */
  connectionId: number | null;
  /** When that connection was closed; null while it is not. */
  lostMs: number | null;
  metadataOffset: number;
  isFenced: boolean;
  /** It was let go: its process ends. */
  hasLeft: boolean;
  /** The metadata by which nothing is led by a broker that stops; null while it does not. */
  shutdownOffset: number | null;
}

/**
 * Of the session: after so long a broker is given up whose connection was closed. The system closes the connections of a
 * process that ends, and one that lives makes another with its next heartbeat.
 */
const WITHOUT_CONNECTION_PART = 0.5;

/**
 * Which brokers are heard of. Nothing of this is in the metadata log: a new controller gives every broker a whole
 * session from the moment it takes over. Times are monotonic milliseconds.
 */
export class BrokerSessions {
  readonly #timeoutMs: number;
  readonly #residentId: number | null;
  readonly #sessions = new Map<number, Session>();

  /** The broker in the controller's own process lives as long as it does; its session is never over. */
  constructor(timeoutMs: number, residentId: number | null = null) {
    this.#timeoutMs = timeoutMs;
    this.#residentId = residentId;
  }

  /** A broker has registered, or was registered when this controller took over. */
  begin(
    broker: { readonly id: number; readonly epoch: number; readonly isFenced: boolean },
    nowMs: number,
  ): void {
    this.#sessions.set(broker.id, {
      brokerEpoch: broker.epoch,
      contactMs: nowMs,
      connectionId: null,
      lostMs: null,
      metadataOffset: -1,
      isFenced: broker.isFenced,
      hasLeft: false,
      shutdownOffset: null,
    });
  }

  /** The broker is not registered any more. */
  end(brokerId: number): void {
    this.#sessions.delete(brokerId);
  }

  /** Whether an incarnation was heard of lately; another one may not take its place then. */
  isAlive(brokerId: number, brokerEpoch: number, nowMs: number): boolean {
    const session = this.#sessions.get(brokerId);
    if (session === undefined || session.brokerEpoch !== brokerEpoch || session.hasLeft) return false;
    return brokerId === this.#residentId || !this.#isOver(session, nowMs);
  }

  phaseOf(brokerId: number): BrokerPhase {
    const session = this.#sessions.get(brokerId);
    if (session === undefined) return 'fenced';
    if (session.shutdownOffset !== null) return 'stopping';
    return session.isFenced ? 'fenced' : 'active';
  }

  /** Where the broker stands after this heartbeat; nothing is changed by asking. */
  nextPhase(
    { brokerId, metadataOffset, wantsFence, wantsShutdown }: Heartbeat,
    circumstances: { readonly registrationOffset: number; readonly leadsAny: () => boolean },
  ): BrokerPhase {
    switch (this.phaseOf(brokerId)) {
      case 'fenced':
        if (wantsShutdown) return 'stopped';
        return !wantsFence && metadataOffset >= circumstances.registrationOffset ? 'active' : 'fenced';
      case 'active':
        if (wantsFence) return wantsShutdown ? 'stopped' : 'fenced';
        if (!wantsShutdown) return 'active';
        return circumstances.leadsAny() ? 'stopping' : 'stopped';
      case 'stopping':
        return circumstances.leadsAny() || !this.#isEverybodyPast(brokerId) ? 'stopping' : 'stopped';
      case 'stopped':
        return 'stopped';
    }
  }

  /** Takes a heartbeat over, with the phase that was decided on. */
  heard({ brokerId, metadataOffset, connectionId }: Heartbeat, phase: BrokerPhase, nowMs: number): void {
    const session = this.#sessions.get(brokerId);
    if (session === undefined) return;
    session.contactMs = nowMs;
    session.connectionId = connectionId;
    session.lostMs = null;
    session.metadataOffset = metadataOffset;
    session.isFenced = phase === 'fenced' || phase === 'stopped';
    session.hasLeft = phase === 'stopped';
    if (session.isFenced) session.shutdownOffset = null;
  }

  /** Whether some broker was heard of by the connection, which is closed: its session is over sooner. */
  lost(connectionId: number, nowMs: number): boolean {
    const lost = [...this.#sessions.values()].filter((session) => session.connectionId === connectionId);
    for (const session of lost) session.lostMs = nowMs;
    return lost.length > 0;
  }

  /** The broker is to stop once every active broker has applied the metadata up to `offset`. */
  stopAt(brokerId: number, offset: number): void {
    const session = this.#sessions.get(brokerId);
    if (session !== undefined) session.shutdownOffset ??= offset;
  }

  /** The active broker that was not heard of for longest, if its session is over; it is fenced then. */
  fenceNextStale(nowMs: number): { readonly id: number; readonly epoch: number } | null {
    let stale: [number, Session] | null = null;
    for (const [id, session] of this.#sessions) {
      if (id === this.#residentId || session.isFenced || !this.#isOver(session, nowMs)) continue;
      if (stale === null || session.contactMs < stale[1].contactMs) stale = [id, session];
    }
    if (stale === null) return null;
    const [id, session] = stale;
    session.isFenced = true;
    session.shutdownOffset = null;
    return { id, epoch: session.brokerEpoch };
  }

  /** When the next session may be over; null when no broker is active whose session can be. */
  nextExpiryMs(): number | null {
    const expiries = [...this.#sessions].flatMap(([id, session]) =>
      session.isFenced || id === this.#residentId ? [] : [this.#expiryMs(session)],
    );
    return expiries.length === 0 ? null : Math.min(...expiries);
  }

  #isOver(session: Session, nowMs: number): boolean {
    return nowMs >= this.#expiryMs(session);
  }

  #expiryMs({ contactMs, lostMs }: Session): number {
    const silentUntilMs = contactMs + this.#timeoutMs;
    return lostMs === null
      ? silentUntilMs
      : Math.min(silentUntilMs, lostMs + this.#timeoutMs * WITHOUT_CONNECTION_PART);
  }

  /** Clients asking any active broker are told of the new leaders by now. */
  #isEverybodyPast(brokerId: number): boolean {
    const target = this.#sessions.get(brokerId)?.shutdownOffset ?? 0;
    return [...this.#sessions.values()].every(
      ({ isFenced, shutdownOffset, metadataOffset }) =>
        isFenced || shutdownOffset !== null || metadataOffset >= target,
    );
  }
}
