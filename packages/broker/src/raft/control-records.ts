import { decodeMessage, encodeMessage } from '../protocol/message.ts';
import { kRaftVersionRecord } from '../protocol/messages/kraft-version-record.ts';
import { leaderChangeMessage } from '../protocol/messages/leader-change-message.ts';
import { snapshotFooterRecord } from '../protocol/messages/snapshot-footer-record.ts';
import { snapshotHeaderRecord } from '../protocol/messages/snapshot-header-record.ts';
import { votersRecord } from '../protocol/messages/voters-record.ts';
import { Reader } from '../protocol/reader.ts';
import type { LogRecord, NewRecord } from '../protocol/records.ts';
import type { VoterNode } from './voter-set.ts';

export type ControlRecord =
  | { readonly kind: 'leaderChange'; readonly leaderId: number; readonly voterIds: readonly number[] }
  | { readonly kind: 'kraftVersion'; readonly level: number }
  | { readonly kind: 'voters'; readonly voters: readonly VoterNode[] }
  | { readonly kind: 'snapshotHeader'; readonly lastContainedLogTimestamp: number }
  | { readonly kind: 'snapshotFooter' }
  /** Of a type that does not concern the quorum. */
  | { readonly kind: 'other' };

const LEADER_CHANGE = 2;
const SNAPSHOT_HEADER = 3;
const SNAPSHOT_FOOTER = 4;
const KRAFT_VERSION = 5;
const KRAFT_VOTERS = 6;

/** The level of KIP-853, in which the voters stand in the log. */
export const KRAFT_VERSION_LEVEL = 1;

export function leaderChangeRecord(election: {
  readonly leaderId: number;
  readonly voters: readonly number[];
  readonly granting: readonly number[];
}): NewRecord {
  const message = {
    leaderId: election.leaderId,
    voters: election.voters.map((voterId) => ({ voterId })),
    grantingVoters: election.granting.map((voterId) => ({ voterId })),
  };
  return controlRecord(LEADER_CHANGE, encodeMessage(leaderChangeMessage, message, 0));
}

/** The records that say by which rules the quorum works and who votes; written when that is new. */
export function quorumRecords(nodes: readonly VoterNode[]): readonly NewRecord[] {
  const voters = nodes.map(({ id, directoryId, endpoints }) => ({
    voterId: id,
    voterDirectoryId: directoryId,
    endpoints,
    kRaftVersionFeature: { minSupportedVersion: 0, maxSupportedVersion: KRAFT_VERSION_LEVEL },
  }));
  return [
    controlRecord(KRAFT_VERSION, encodeMessage(kRaftVersionRecord, { kRaftVersion: KRAFT_VERSION_LEVEL }, 0)),
    controlRecord(KRAFT_VOTERS, encodeMessage(votersRecord, { voters }, 0)),
  ];
}

/** What a snapshot begins with (KIP-630). */
export function snapshotHeader(lastContainedLogTimestamp: number): NewRecord {
  return controlRecord(
    SNAPSHOT_HEADER,
    encodeMessage(snapshotHeaderRecord, { lastContainedLogTimestamp }, 0),
  );
}

/** What says that a snapshot is whole. */
export function snapshotFooter(): NewRecord {
  return controlRecord(SNAPSHOT_FOOTER, encodeMessage(snapshotFooterRecord, {}, 0));
}

/** Reads a record of a control batch. Throws a ProtocolError where the bytes are none. */
export function decodeControlRecord({ key, value }: LogRecord): ControlRecord {
  const type = key === null ? -1 : new Reader(key, 2).int16();
  const reader = new Reader(value ?? new Uint8Array(0));
  switch (type) {
    case LEADER_CHANGE: {
      const { leaderId, voters } = decodeMessage(leaderChangeMessage, reader, 0);
      return { kind: 'leaderChange', leaderId, voterIds: voters.map(({ voterId }) => voterId) };
    }
    case SNAPSHOT_HEADER: {
      const { lastContainedLogTimestamp } = decodeMessage(snapshotHeaderRecord, reader, 0);
      return { kind: 'snapshotHeader', lastContainedLogTimestamp };
    }
    case SNAPSHOT_FOOTER:
      return { kind: 'snapshotFooter' };
    case KRAFT_VERSION:
      return { kind: 'kraftVersion', level: decodeMessage(kRaftVersionRecord, reader, 0).kRaftVersion };
    case KRAFT_VOTERS:
      return {
        kind: 'voters',
        voters: decodeMessage(votersRecord, reader, 0).voters.map((voter) => ({
          id: voter.voterId,
          directoryId: voter.voterDirectoryId,
          endpoints: voter.endpoints,
        })),
      };
    default:
      return { kind: 'other' };
  }
}

/** Key: version and type as two int16; only version 0 exists. */
function controlRecord(type: number, value: Uint8Array): NewRecord {
  return { key: new Uint8Array([0, 0, type >> 8, type & 0xff]), value };
}
