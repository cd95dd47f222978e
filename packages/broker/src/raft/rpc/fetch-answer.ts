import { ErrorCode } from '../../protocol/errors.ts';
import type { FetchResponse } from '../raft-messages.ts';
import type { RaftState } from '../raft-state.ts';
import { leaderKnown } from '../turn.ts';

/** An answer to a fetch without records. */
export function fetchAnswer(
  state: RaftState,
  said: Pick<FetchResponse, 'errorCode'> & Partial<FetchResponse>,
): FetchResponse {
  const isKnown = state.role.name === 'leader' && state.highWatermark > state.role.epochStartOffset;
  return {
    api: 'fetch',
    ...leaderKnown(state),
    highWatermark: isKnown && said.errorCode === ErrorCode.NONE ? state.highWatermark : -1,
    logStartOffset: state.log.startOffset,
    diverging: null,
    snapshotId: null,
    batches: [],
    ...said,
  };
}
