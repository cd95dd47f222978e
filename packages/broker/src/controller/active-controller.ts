import { brokerConfigValues } from '../metadata/configs/broker-config-layers.ts';
import { MetadataDelta } from '../metadata/metadata-delta.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import { encodeMetadataRecord, type MetadataRecord } from '../metadata/metadata-record.ts';
import type { MetadataBatch } from '../raft/loaded-batch.ts';
import type { MetadataQuorum } from '../raft/metadata-quorum.ts';
import type { Random } from '../runtime/random.ts';
import type { ControllerView, Decision } from './decision.ts';
import type { OpenDecisions } from './deposed-steps.ts';
import type { DecidedStep } from './metadata-replay.ts';

export interface ActiveControllerNeeds {
  readonly nodeId: number;
  readonly random: Random;
  /** What this node's file says: defaults of new topics come from it. */
  readonly staticValues: ReadonlyMap<string, string>;
}

interface AppendedStep extends DecidedStep {
  settle(isCommitted: boolean): void;
}

/** A decision, and whether this controller has seen it committed. */
export interface Decided<Response> {
  readonly response: Response;
  readonly committed: Promise<boolean>;
}

/**
 * The controller for as long as it leads in one epoch of the quorum. It decides on requests one after another, from
 * everything that is committed and everything it has decided itself.
 */
export class ActiveController {
  readonly epoch: number | null;
  readonly #quorum: MetadataQuorum;
  readonly #needs: ActiveControllerNeeds;
  /** With everything appended. */
  #latest: MetadataImage;
  /** Appended and not yet committed, oldest first. */
  #pending: AppendedStep[] = [];
  /** Committed, and to be answered when that is published. */
  #unanswered: AppendedStep[] = [];
  #last: Promise<boolean> = Promise.resolve(true);
  #isStopped = false;

  /**
   * `image` is the metadata up to the record with which the epoch begins. Without an epoch it is for any: the only
   * voter of a quorum goes on in a later one with all that it has.
   */
  constructor(
    quorum: MetadataQuorum,
    needs: ActiveControllerNeeds,
    { epoch, image }: { readonly epoch: number | null; readonly image: MetadataImage },
  ) {
    this.epoch = epoch;
    this.#quorum = quorum;
    this.#needs = needs;
    this.#latest = image;
  }

  /** Whether it may decide: the quorum may have turned to another leader before anybody was told. */
  get leads(): boolean {
    const { role, epoch } = this.#quorum.state;
    return !this.#isStopped && role.name === 'leader' && epoch === (this.epoch ?? epoch);
  }

  /**
   * Must only be called while it leads. A decision without records may rest on records of an earlier one that are not
   * committed yet, so it waits for those.
   */
  decide<Response>(
    decide: (view: ControllerView) => Decision<Response>,
    { validateOnly }: { readonly validateOnly: boolean } = { validateOnly: false },
  ): Decided<Response> {
    const { records, response } = decide(this.#view());
    if (!validateOnly && records.length > 0) this.#append(records);
    return { response, committed: this.#last };
  }

  /** The decision that a committed batch holds; null for one of somebody else, or of an earlier epoch. */
  takeCommitted({ epoch, lastOffset }: Pick<MetadataBatch, 'epoch' | 'lastOffset'>): DecidedStep | null {
    const [next] = this.#pending;
    if (next === undefined || epoch !== this.epoch || next.image.offset !== lastOffset) return null;
    return this.#takeNext();
  }

  /** The decisions that are committed below an offset, in order. */
  *takeCommittedBelow(highWatermark: number): Generator<DecidedStep> {
    for (;;) {
      const [next] = this.#pending;
      if (next === undefined || next.image.offset >= highWatermark) return;
      this.#takeNext();
      yield next;
    }
  }

  /** What was taken so far is published. */
  answer(): void {
    const steps = this.#unanswered;
    this.#unanswered = [];
    for (const { settle } of steps) settle(true);
  }

  /**
   * It decides no more. Whether its last decisions are committed, another leader's log will tell; null where there is
   * no other voter, for then they are not.
   */
  stop(): OpenDecisions | null {
    this.#isStopped = true;
    this.answer();
    const decisions = this.#pending.map(({ image, settle }) => ({ lastOffset: image.offset, settle }));
    this.#pending = [];
    if (this.epoch !== null) return { epoch: this.epoch, decisions };
    for (const { settle } of decisions) settle(false);
    return null;
  }

  /** Resolves when everything decided so far is answered. */
  async settled(): Promise<void> {
    await this.#last;
  }

  #takeNext(): DecidedStep | null {
    const step = this.#pending.shift();
    if (step === undefined) return null;
    this.#unanswered.push(step);
    return step;
  }

  #view(): ControllerView {
    const image = this.#latest;
    const { nodeId, random, staticValues } = this.#needs;
    return {
      image,
      nodeId,
      random,
      staticValues,
      configs: brokerConfigValues({ image, nodeId, staticValues }),
      nextOffset: this.#quorum.state.log.endOffset,
    };
  }

  #append(records: readonly MetadataRecord[]): void {
    const delta = new MetadataDelta(this.#latest);
    for (const record of records) delta.replay(record);
    const { lastOffset, epoch, committed } = this.#quorum.append(records.map(encodeMetadataRecord));
    // The log may be another leader's by then; what counts is the batch itself, or that the leadership is over.
    committed.catch(() => {});
    this.#latest = delta.imageAt({ offset: lastOffset, epoch });
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#last = promise;
    if (this.#isStopped) resolve(false);
    else this.#pending.push({ records, delta, image: this.#latest, settle: resolve });
  }
}
