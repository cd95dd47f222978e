import { ErrorCode } from '../protocol/errors.ts';
import { invariant } from '../runtime/invariant.ts';
import type { LogFlusher } from './log-flusher.ts';
import type { ReplicatedMetadataLog } from './metadata-log.ts';
import type { RaftEffect } from './raft-event.ts';
import type { AnswerTo, RaftRequest, RaftResponse, RefusedRequest } from './raft-messages.ts';
import type { RaftState } from './raft-state.ts';
import { readBatches } from './record-answer.ts';
import type { SnapshotFiles } from './snapshot-files.ts';

export interface PendingAnswersNeeds {
  readonly log: ReplicatedMetadataLog;
  readonly snapshots: SnapshotFiles;
  readonly flusher: LogFlusher;
  readonly state: () => RaftState;
  readonly failed: (reason: unknown) => void;
}

/** What other nodes have asked and were not answered yet. */
export class PendingAnswers {
  readonly #needs: PendingAnswersNeeds;
  readonly #asked = new Map<number, (response: RaftResponse) => void>();
  #lastAsked = 0;

  constructor(needs: PendingAnswersNeeds) {
    this.#needs = needs;
  }

  /** Resolves with what the machine, which is given the request, says to it at last. */
  async to<Request extends RaftRequest>(
    request: Request,
    ask: (requestId: number) => void,
  ): Promise<AnswerTo<Request> | RefusedRequest> {
    const requestId = ++this.#lastAsked;
    const response = await new Promise<RaftResponse>((resolve) => {
      this.#asked.set(requestId, resolve);
      ask(requestId);
    });
    invariant(isAnswerTo(request, response), `a ${request.api} request was answered by ${response.api}`);
    return response;
  }

  reply(requestId: number, response: RaftResponse): void {
    this.#asked.get(requestId)?.(response);
    this.#asked.delete(requestId);
  }

  /** Reading takes its time: by then the log may be another leader's, of which this answer must not tell. */
  async replyWithRecords(effect: Extract<RaftEffect, { kind: 'replyWithRecords' }>): Promise<void> {
    const { requestId, response, fromOffset } = effect;
    const { log, flusher, state, failed } = this.#needs;
    try {
      await flusher.written();
      // What was trimmed meanwhile the follower gets by the snapshot that it is told of when it asks again.
      const isTrimmed = (): boolean => state().log.startOffset > fromOffset;
      const batches = await readBatches(log, effect).catch((reason: unknown) => {
        if (isTrimmed()) return [];
        throw reason;
      });
      const { epoch, role } = state();
      const isStill = role.name === 'leader' && epoch === response.epoch;
      const errorCode = isStill ? response.errorCode : ErrorCode.NOT_LEADER_OR_FOLLOWER;
      this.reply(requestId, { ...response, errorCode, batches: isStill ? batches : [] });
    } catch (reason) {
      failed(reason);
    }
  }

  async replyWithSnapshot(effect: Extract<RaftEffect, { kind: 'replyWithSnapshot' }>): Promise<void> {
    const { requestId, response, maxBytes } = effect;
    const { snapshotId, position } = response;
    const { snapshots, failed } = this.#needs;
    try {
      const bytes = snapshotId === null ? null : await snapshots.read(snapshotId, position, maxBytes);
      // A newer one has taken its place since.
      const errorCode = bytes === null ? ErrorCode.SNAPSHOT_NOT_FOUND : response.errorCode;
      this.reply(requestId, { ...response, errorCode, bytes: bytes ?? response.bytes });
    } catch (reason) {
      failed(reason);
    }
  }

  /** Nobody will be answered any more. */
  refuseAll(): void {
    for (const requestId of this.#asked.keys()) this.reply(requestId, NOT_AVAILABLE);
  }
}

export const NOT_AVAILABLE: RefusedRequest = { api: 'refused', errorCode: ErrorCode.BROKER_NOT_AVAILABLE };

function isAnswerTo<Request extends RaftRequest>(
  request: Request,
  response: RaftResponse,
): response is AnswerTo<Request> | RefusedRequest {
  return response.api === 'refused' || response.api === request.api;
}
