import type { Decoded, Encodable, MessageDeclaration } from '../../protocol/message.ts';
import { beginQuorumEpochRequest } from '../../protocol/messages/begin-quorum-epoch-request.ts';
import { beginQuorumEpochResponse } from '../../protocol/messages/begin-quorum-epoch-response.ts';
import { endQuorumEpochRequest } from '../../protocol/messages/end-quorum-epoch-request.ts';
import { endQuorumEpochResponse } from '../../protocol/messages/end-quorum-epoch-response.ts';
import { fetchRequest } from '../../protocol/messages/fetch-request.ts';
import { fetchResponse } from '../../protocol/messages/fetch-response.ts';
import { fetchSnapshotRequest } from '../../protocol/messages/fetch-snapshot-request.ts';
import { fetchSnapshotResponse } from '../../protocol/messages/fetch-snapshot-response.ts';
import { voteRequest } from '../../protocol/messages/vote-request.ts';
import { voteResponse } from '../../protocol/messages/vote-response.ts';
import type { PeerChannel } from '../../protocol/peer-channel.ts';
import type { QuorumPeers } from '../quorum-peers.ts';
import type { RaftRequest, RaftResponse } from '../raft-messages.ts';
import type { VoterEndpoint } from '../voter-set.ts';
import {
  readEpochResponse,
  writeBeginQuorumEpochRequest,
  writeEndQuorumEpochRequest,
} from './epoch-messages.ts';
import { readFetchResponse, writeFetchRequest } from './fetch-messages.ts';
import { readFetchSnapshotResponse, writeFetchSnapshotRequest } from './snapshot-messages.ts';
import { readVoteResponse, writeVoteRequest } from './vote-messages.ts';

export interface NodePeersNeeds {
  /** A connection to the address, made when it is first used. */
  readonly open: (address: { readonly host: string; readonly port: number }) => ClosableChannel;
  readonly requestTimeoutMs: number;
}

export interface ClosableChannel extends PeerChannel {
  close(): void;
}

const VOTE_VERSION = 2;
const EPOCH_VERSION = 1;
const FETCH_VERSION = 18;
const SNAPSHOT_VERSION = 1;

/** The other nodes by Kafka's protocol, in its newest versions: all nodes of a cluster are of one make. */
export class NodePeers implements QuorumPeers {
  readonly #needs: NodePeersNeeds;
  readonly #channels = new Map<string, ClosableChannel>();

  constructor(needs: NodePeersNeeds) {
    this.#needs = needs;
  }

  async ask(
    { endpoints }: { readonly endpoints: readonly VoterEndpoint[] },
    request: RaftRequest,
  ): Promise<RaftResponse | null> {
    const [endpoint] = endpoints;
    if (endpoint === undefined) return null;
    const channel = this.#channelTo(endpoint);
    switch (request.api) {
      case 'vote':
        return this.#exchange(channel, [voteRequest, voteResponse, VOTE_VERSION], {
          body: writeVoteRequest(request, VOTE_VERSION),
          read: readVoteResponse,
        });
      case 'beginQuorumEpoch':
        return this.#exchange(channel, [beginQuorumEpochRequest, beginQuorumEpochResponse, EPOCH_VERSION], {
          body: writeBeginQuorumEpochRequest(request),
          read: (response) => readEpochResponse('beginQuorumEpoch', response),
        });
      case 'endQuorumEpoch':
        return this.#exchange(channel, [endQuorumEpochRequest, endQuorumEpochResponse, EPOCH_VERSION], {
          body: writeEndQuorumEpochRequest(request, EPOCH_VERSION),
          read: (response) => readEpochResponse('endQuorumEpoch', response),
        });
      case 'fetch':
        return this.#exchange(channel, [fetchRequest, fetchResponse, FETCH_VERSION], {
          body: writeFetchRequest(request),
          read: readFetchResponse,
        });
      case 'fetchSnapshot':
        return this.#exchange(channel, [fetchSnapshotRequest, fetchSnapshotResponse, SNAPSHOT_VERSION], {
          body: writeFetchSnapshotRequest(request),
          read: readFetchSnapshotResponse,
        });
    }
  }

  close(): void {
    for (const channel of this.#channels.values()) channel.close();
    this.#channels.clear();
  }

  /** A node that moved to another port is another channel. */
  #channelTo({ host, port }: VoterEndpoint): ClosableChannel {
    const key = `${host}:${port}`;
    const known = this.#channels.get(key) ?? this.#needs.open({ host, port });
    this.#channels.set(key, known);
    return known;
  }

  async #exchange<Request extends MessageDeclaration, Response extends MessageDeclaration>(
    channel: PeerChannel,
    [request, response, version]: readonly [Request, Response, number],
    { body, read }: { body: Encodable<Request>; read: (response: Decoded<Response>) => RaftResponse | null },
  ): Promise<RaftResponse | null> {
    const timeoutMs = this.#needs.requestTimeoutMs;
    const answer = await channel.ask({ request, response, version, body, timeoutMs });
    return answer.kind === 'answered' ? read(answer.body) : null;
  }
}
