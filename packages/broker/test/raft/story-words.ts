import { errorOf } from '../../src/protocol/errors.ts';
import type { RaftRequest, RaftResponse } from '../../src/raft/raft-messages.ts';
import type { RaftState } from '../../src/raft/raft-state.ts';

/* How stories put it: `5@2` is offset 5, the record before it of epoch 2. */

export function describeRequest(request: RaftRequest): string {
  const { epoch } = request;
  switch (request.api) {
    case 'vote': {
      const { preVote, last } = request;
      return `${preVote ? 'PreVote' : 'Vote'} epoch=${epoch} log=${last.offset}@${last.epoch}`;
    }
    case 'beginQuorumEpoch':
      return `BeginQuorumEpoch epoch=${epoch}`;
    case 'endQuorumEpoch':
      return `EndQuorumEpoch epoch=${epoch} successors=${request.preferredCandidates.map(({ id }) => id).join()}`;
    case 'fetch':
      return `Fetch epoch=${epoch} from=${request.from.offset}@${request.from.epoch}`;
    case 'fetchSnapshot': {
      const { snapshotId, position } = request;
      return `FetchSnapshot epoch=${epoch} snapshot=${snapshotId.offset}@${snapshotId.epoch} position=${position}`;
    }
  }
}

export function describeResponse(response: RaftResponse): string {
  if (response.api === 'refused') return `refused: ${errorOf(response.errorCode).name}`;
  const { errorCode, epoch, leaderId } = response;
  const known = `epoch=${epoch}${leaderId === null ? '' : ` leader=${leaderId}`}`;
  if (errorCode !== 0) return `${errorOf(errorCode).name} ${known}`;
  switch (response.api) {
    case 'vote':
      return `${response.voteGranted ? 'yes' : 'no'} ${known}`;
    case 'fetch': {
      const { batches, diverging, snapshotId, highWatermark } = response;
      if (diverging !== null) return `diverging at ${diverging.offset}@${diverging.epoch} ${known}`;
      if (snapshotId !== null) return `take the snapshot ${snapshotId.offset}@${snapshotId.epoch} ${known}`;
      const last = batches.at(-1);
      const told = last === undefined ? 'no records' : `records to ${last.lastOffset + 1}@${last.epoch}`;
      return `${told} committed=${highWatermark} ${known}`;
    }
    case 'fetchSnapshot':
      return `${response.bytes.length} bytes of ${response.sizeInBytes} ${known}`;
    default:
      return `ok ${known}`;
  }
}

export function describeState({ role, epoch, leaderId, log, highWatermark }: RaftState): string {
  const leader = leaderId === null || role.name === 'leader' ? '' : ` leader=${leaderId}`;
  return `${role.name} epoch=${epoch}${leader} end=${log.endOffset} flushed=${log.flushedOffset} committed=${highWatermark}`;
}
