import type { VoterNode } from '../../src/raft/voter-set.ts';

export const CLUSTER_ID = 'HISTORYAAAAAAAAAAAAAAQ';

/** Node n listens n above. */
export const PORT_OF_NODE_0 = 9090;

export function directoryOf(id: number): string {
  return `DIRECTORY${id}`.padEnd(21, 'A').concat('Q');
}

export function voterNode(id: number): VoterNode {
  const endpoints = [{ name: 'CONTROLLER', host: '127.0.0.1', port: PORT_OF_NODE_0 + id }];
  return { id, directoryId: directoryOf(id), endpoints };
}
