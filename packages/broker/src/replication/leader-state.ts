/**
 * What the leader of a partition knows of its replicas, in one leader epoch. A synchronous machine: `step` takes
 * what happened and returns what follows from it.
 */
export interface LeaderState {
  /** Log end offset (written) of each replica that is known, the leader's own among them. */
  readonly logEndOffsets: ReadonlyMap<number, number>;
  /** The in-sync replicas with those that are about to join: all must have a record before it is committed. */
  readonly maximalIsr: ReadonlySet<number>;
  /** Committing needs this many in-sync replicas: `min.insync.replicas`, at most the number of replicas. */
  readonly minInSyncReplicas: number;
  readonly highWatermark: number;
}

export type LeaderEvent =
  | { readonly kind: 'log-end-moved'; readonly replicaId: number; readonly logEndOffset: number }
  | {
      readonly kind: 'replicas-changed';
      readonly maximalIsr: ReadonlySet<number>;
      readonly minInSyncReplicas: number;
    };

export type LeaderEffect = {
  readonly kind: 'high-watermark-moved';
  readonly from: number;
  readonly to: number;
};

/** A state and what is to be done because of it. */
export interface LeaderStep {
  readonly state: LeaderState;
  readonly effects: readonly LeaderEffect[];
}

export function step(state: LeaderState, event: LeaderEvent): LeaderStep {
  switch (event.kind) {
    case 'log-end-moved': {
      const logEndOffsets = new Map(state.logEndOffsets).set(event.replicaId, event.logEndOffset);
      return advanced({ ...state, logEndOffsets });
    }
    case 'replicas-changed': {
      const { maximalIsr, minInSyncReplicas } = event;
      return advanced({ ...state, maximalIsr, minInSyncReplicas });
    }
  }
}

/**
 * The high watermark is the smallest log end offset of the maximal ISR. It never falls within a leader epoch, and it
 * stands still while fewer than `minInSyncReplicas` are in sync (KIP-966).
 */
function advanced(state: LeaderState): LeaderStep {
  if (state.maximalIsr.size < state.minInSyncReplicas) return { state, effects: [] };
  let smallest = Number.POSITIVE_INFINITY;
  for (const replicaId of state.maximalIsr) {
    smallest = Math.min(smallest, state.logEndOffsets.get(replicaId) ?? 0);
  }
  if (!Number.isFinite(smallest) || smallest <= state.highWatermark) return { state, effects: [] };
  return {
    state: { ...state, highWatermark: smallest },
    effects: [{ kind: 'high-watermark-moved', from: state.highWatermark, to: smallest }],
  };
}
