import type { VoterNode } from '../../src/raft/voter-set.ts';

export const CLUSTER_ID = 'HISTORYAAAAAAAAAAAAAAQ';

export function directoryOf(id: number): string {
  return `DIRECTORY${id}`.padEnd(21, 'A').concat('Q');
}

export function voterNode(id: number): VoterNode {
  const endpoints = [{ name: 'CONTROLLER', host: '127.0.0.1', port: 9090 + id }];
  return { id, directoryId: directoryOf(id), endpoints };
}
