import type { MetadataQuorum } from '../../../src/raft/metadata-quorum.ts';
import type { VoteRequest } from '../../../src/raft/raft-messages.ts';
import { votersOf } from '../../../src/raft/raft-state.ts';
import type { Findings } from '../findings.ts';
import { METADATA_FOLDER, partitionFolder } from '../partition-files.ts';
import type { SimulatedMachine } from '../simulated-machine.ts';
import { CommittedPartition } from './committed-partition.ts';
import { type StoredHeader, storedHeaders, textOf } from './stored-headers.ts';

interface Watched {
  readonly quorum: MetadataQuorum;
  readonly machine: SimulatedMachine;
  ledEpoch: number;
  highWatermark: number;
}

/** Looks at the quorum of the metadata from beside: one leader per epoch, one vote per voter, nothing committed is lost. */
export class QuorumCheck {
  readonly #findings: Findings;
  readonly #machines: ReadonlyMap<number, SimulatedMachine>;
  readonly #watched = new Map<number, Watched>();
  readonly #leaders = new Map<number, number>();
  readonly #votes = new Map<string, string>();
  readonly #committed = new CommittedPartition();

  constructor(findings: Findings, machines: ReadonlyMap<number, SimulatedMachine>) {
    this.#findings = findings;
    this.#machines = machines;
  }

  opened(quorum: MetadataQuorum): void {
    const { id } = quorum.voter;
    const machine = this.#machines.get(id);
    if (machine !== undefined) this.#watched.set(id, { quorum, machine, ledEpoch: -1, highWatermark: 0 });
  }

  /** A vote that was given is on the disk of whoever gave it, and the only one in its epoch. */
  voteGranted({ voter: { id, directoryId } }: MetadataQuorum, { epoch, candidate }: VoteRequest): void {
    const key = `${directoryId} in epoch ${epoch}`;
    const given = this.#votes.get(key);
    if (given !== undefined && given !== candidate.directoryId)
      this.#findings.violate(`node ${id} gave two votes in epoch ${epoch}`);
    this.#votes.set(key, candidate.directoryId);
    const machine = this.#machines.get(id);
    const stored = machine === undefined ? null : durableVote(machine);
    const isKept = stored !== null && (stored.epoch > epoch || stored.votedId === candidate.id);
    if (!isKept) this.#findings.violate(`node ${id} gave a vote in epoch ${epoch} that a power loss undoes`);
  }

  /** To be called between any two events. */
  look(): void {
    for (const watched of this.#watched.values()) {
      const { role, epoch, highWatermark } = watched.quorum.state;
      if (role.name === 'leader' && watched.ledEpoch !== epoch) this.#leads(watched, epoch);
      if (highWatermark > watched.highWatermark) this.#committedTo(watched, highWatermark);
    }
  }

  #leads(watched: Watched, epoch: number): void {
    const { machine } = watched;
    watched.ledEpoch = epoch;
    const other = this.#leaders.get(epoch);
    if (other !== undefined && other !== machine.id)
      this.#findings.violate(`nodes ${other} and ${machine.id} both lead the quorum in epoch ${epoch}`);
    if (other === undefined) this.#findings.count('quorumElections');
    this.#leaders.set(epoch, machine.id);
    const { startOffset, endOffset } = watched.quorum.state.log;
    const range = { from: startOffset, to: this.#committed.endFor(epoch) };
    const stored = headersOf(machine, { ...range, view: 'live' });
    // A full disk may hold up what the node has taken: it lies in its queue, and durably with those who voted for it.
    const written = endOffset >= range.to ? (stored.at(-1)?.endOffset ?? startOffset) : range.to;
    const lost = this.#committed.differenceTo(stored, { ...range, to: Math.min(range.to, written) });
    if (lost !== null)
      this.#findings.violate(`node ${machine.id} leads the quorum in epoch ${epoch}, and ${lost.text}`);
  }

  #committedTo(watched: Watched, highWatermark: number): void {
    const { machine, quorum } = watched;
    const from = Math.max(watched.highWatermark, quorum.state.log.startOffset);
    watched.highWatermark = highWatermark;
    const isLeader = quorum.state.role.name === 'leader';
    const before = this.#committed.endOffset;
    const stored = headersOf(machine, { from: Math.min(from, before), to: highWatermark, view: 'live' });
    const known = { from, to: Math.min(highWatermark, before, stored.at(-1)?.endOffset ?? 0) };
    const difference = this.#committed.differenceTo(stored, known);
    if (difference !== null) this.#findings.violate(`metadata of node ${machine.id}: ${difference.text}`);
    if (isLeader) this.#checkEpoch(watched, stored.at(-1));
    if (!isLeader || highWatermark <= before) return;
    this.#committed.extend(stored, { to: highWatermark, leaderEpoch: quorum.state.epoch });
    this.#checkHolders(quorum, { from: before, to: this.#committed.endOffset });
  }

  /**
   * What lies on a majority of disks may go all the same as long as it is of an earlier epoch (Raft §5.4.2): a leader
   * calls it committed together with something of its own.
   */
  #checkEpoch({ machine, quorum: { state } }: Watched, last: StoredHeader | undefined): void {
    if (last !== undefined && last.leaderEpoch !== state.epoch)
      this.#findings.violate(
        `node ${machine.id} leads the quorum in epoch ${state.epoch} and commits what ends with ${textOf(last)}`,
      );
  }

  /** On the disks of more than half of the voters. */
  #checkHolders(quorum: MetadataQuorum, range: { from: number; to: number }): void {
    const voters = votersOf(quorum.state);
    const holders = voters.filter(({ id }) => {
      const machine = this.#machines.get(id);
      if (machine === undefined) return false;
      const stored = headersOf(machine, { ...range, view: 'durable' });
      return this.#committed.differenceTo(stored, range) === null;
    });
    if (2 * holders.length <= voters.length)
      this.#findings.violate(
        `metadata is committed to ${range.to}, and durable on ${holders.length} of ${voters.length} voters`,
      );
  }
}

function headersOf(
  machine: SimulatedMachine,
  { from, to, view }: { from: number; to: number; view: 'live' | 'durable' },
) {
  const folder = partitionFolder(machine.tree, machine.directory, { name: METADATA_FOLDER, view });
  return folder === null ? [] : storedHeaders(folder, { from, to, view });
}

/** What a power loss would leave of a node's vote. */
function durableVote({ tree, directory }: SimulatedMachine): { epoch: number; votedId: number } | null {
  const folder = partitionFolder(tree, directory, { name: METADATA_FOLDER, view: 'durable' });
  const file = folder?.entries('durable').get('quorum-state');
  if (file?.kind !== 'file') return null;
  const { leaderEpoch, votedId } = JSON.parse(Buffer.from(file.content('durable')).toString());
  return { epoch: leaderEpoch, votedId };
}
