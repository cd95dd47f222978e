/** A directory belongs to voters of whom this node was not told: on its own it would decide what they do not know of. */
export class UnknownVotersError extends Error {
  constructor(path: string, voters: readonly number[]) {
    super(
      `${path} is the metadata of a quorum with ${voters.length === 1 ? 'node' : 'the nodes'} ${voters.join(', ')}, of which this node was not told: name the ` +
        "quorum's nodes in controller.quorum.voters or controller.quorum.bootstrap.servers, or give this node a directory of its own",
    );
    this.name = 'UnknownVotersError';
  }
}
