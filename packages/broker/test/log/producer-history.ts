import fc from 'fast-check';

/** One step in the life of a partition that idempotent and transactional producers write to. */
export type ProducerStep =
  | {
      readonly kind: 'append';
      readonly producer: number;
      readonly whim: Whim;
      readonly count: number;
      readonly isTransactional: boolean;
      /** Whether the next step waits until it is written. */
      readonly isAwaited: boolean;
    }
  | {
      readonly kind: 'end transaction';
      readonly producer: number;
      readonly isAbort: boolean;
      readonly epochStep: number;
      readonly coordinatorEpoch: number;
    }
  /** The high watermark follows to so many records before the end. */
  | { readonly kind: 'replicate'; readonly behind: number }
  | { readonly kind: 'advance clock'; readonly byMs: number }
  | { readonly kind: 'expire' }
  | { readonly kind: 'retain' }
  | { readonly kind: 'fail a write' }
  | {
      readonly kind: 'restart';
      readonly isClean: boolean;
      readonly recoveredShare: number;
      /** How many of the newest snapshots are spoilt meanwhile. */
      readonly spoilt: number;
    };

/** What a producer sends: what follows, one of its last batches again, or something that it should not. */
export type Whim =
  | { readonly kind: 'next' | 'gap' | 'old epoch' | 'new epoch' | 'new epoch, not from its beginning' }
  | { readonly kind: 'near the last sequence' }
  | { readonly kind: 'again'; readonly back: number };

/** Producers with an open transaction at the beginning of each history. */
export const TRANSACTIONAL = [10, 11] as const;
const IDEMPOTENT = [1, 2, 3] as const;

const whim: fc.Arbitrary<Whim> = fc.oneof(
  { weight: 12, arbitrary: fc.constant({ kind: 'next' as const }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('again' as const), back: fc.nat(6) }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'gap' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'old epoch' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'new epoch' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'new epoch, not from its beginning' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'near the last sequence' as const }) },
);

const step: fc.Arbitrary<ProducerStep> = fc.oneof(
  {
    weight: 24,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      producer: fc.constantFrom(...IDEMPOTENT),
      whim,
      count: fc.integer({ min: 1, max: 3 }),
      isTransactional: fc.constant(false),
      isAwaited: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      producer: fc.constantFrom(...TRANSACTIONAL),
      whim,
      count: fc.integer({ min: 1, max: 3 }),
      isTransactional: fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, fc.constant(false)),
      isAwaited: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('end transaction' as const),
      producer: fc.constantFrom(...TRANSACTIONAL),
      isAbort: fc.boolean(),
      epochStep: fc.constantFrom(0, 0, 1, -1),
      coordinatorEpoch: fc.constantFrom(0, 1, 1, 2),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('replicate' as const),
      behind: fc.constantFrom(0, 0, 0, 1, 2),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('advance clock' as const),
      byMs: fc.constantFrom(1, 400, 1000, 4000),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'expire' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'retain' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'fail a write' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('restart' as const),
      isClean: fc.boolean(),
      recoveredShare: fc.constantFrom(0, 0.5, 1),
      spoilt: fc.constantFrom(0, 0, 0, 1, 2),
    }),
  },
);

export const producerHistory: fc.Arbitrary<readonly ProducerStep[]> = fc.array(step, {
  minLength: 1,
  maxLength: 60,
});
