import { cp, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Machine } from './machine.ts';
import type { DriverFaults } from './replica.ts';

const SOURCE = join(import.meta.dirname, '../../src');

/** A fault that the machine could have: one place of its source, said otherwise. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'a voter votes twice in one epoch',
    file: 'rpc/vote.ts',
    from: 'if (votedKey !== null) return isSame(votedKey, candidate);',
    to: '',
  },
  {
    name: 'a voter does not compare logs',
    file: 'rpc/vote.ts',
    from: 'const knowsEnough = isUpToDate(log, last);',
    to: 'const knowsEnough = isUpToDate(log, last) || last.offset >= 0;',
  },
  {
    name: 'a candidate does not remember its vote for itself',
    file: 'transitions.ts',
    from: 'leaderEndpoints: [], votedKey: { id, directoryId } },',
    to: 'leaderEndpoints: [], votedKey: null },',
  },
  {
    name: 'a prospective voter stands without the pre-votes',
    file: 'roles/nominee.ts',
    from: 'if (isWon(votes, voters)) becomeCandidate(turn);',
    to: 'if (isWon(votes, voters) || turn.nowMs > 0) becomeCandidate(turn);',
  },
  {
    name: 'a leader leads on after a restart',
    file: 'transitions.ts',
    from: 'becomeResigned(turn, { followers: new Map(others.map((voter) => [voter.id, unheardOf(voter)])) });',
    to: 'becomeLeader(turn, others.map(({ id }) => id));',
  },
  {
    name: 'half of the voters are a majority',
    file: 'voter-set.ts',
    from: 'Math.floor(voters.length / 2) + 1',
    to: 'Math.max(1, Math.floor(voters.length / 2))',
  },
  {
    name: 'a leader commits what earlier epochs left, without a record of its own',
    file: 'roles/leader.ts',
    from: 'onMajority <= role.epochStartOffset || ',
    to: '',
  },
  {
    name: 'a leader counts what it has not flushed',
    file: 'roles/leader.ts',
    from: '[log.flushedOffset, ...ends]',
    to: '[log.endOffset, ...ends]',
  },
  {
    name: 'a follower acknowledges at append',
    file: 'roles/follower.ts',
    from: 'return log.flushedOffset >= log.endOffset;',
    to: 'return log.endOffset >= 0;',
  },
  {
    name: 'an observer counts as a voter',
    file: 'rpc/replica-progress.ts',
    from: 'const isVoter = voterOf(votersOf(turn.state), replica) !== null;',
    to: 'const isVoter = votersOf(turn.state).length > 0;',
  },
  {
    name: 'a follower believes every high watermark',
    file: 'rpc/fetch.ts',
    from: 'Math.min(leaderHighWatermark, log.endOffset)',
    to: 'leaderHighWatermark',
  },
  {
    name: 'a leader does not see that a follower has other records',
    file: 'epoch-log.ts',
    from: 'return end.epoch !== epoch || end.offset < offset',
    to: 'return end.offset < 0',
  },
  {
    name: 'a follower cuts where the leader says, whatever its own epochs',
    file: 'epoch-log.ts',
    from: 'return ours.epoch === leader.epoch ? Math.min(ours.offset, leader.offset) : ours.offset;',
    to: 'return Math.max(Math.min(log.endOffset, leader.offset), ours.offset);',
  },
  {
    name: 'a leader does not know that what a follower asks for is in its snapshot alone',
    file: 'epoch-log.ts',
    from: 'return offset === 0 || offset < startOffset || epoch < (oldest?.epoch ?? 0);',
    to: 'return offset < 0;',
  },
  {
    name: 'a flush from before a truncation counts',
    file: 'raft-step.ts',
    from: 'truncations !== log.truncations || ',
    to: '',
  },
];

/** Faults in what carries the effects out. */
export const DRIVER_FAULTS: readonly { readonly name: string; readonly faults: DriverFaults }[] = [
  { name: 'votes are answered before they are on disk', faults: { answersBeforePersisting: true } },
  { name: 'the quorum state is not written', faults: { persistsNothing: true } },
  { name: 'a flush does nothing', faults: { flushesNothing: true } },
  { name: 'what a start finds is taken for flushed', faults: { loadsUnflushed: true } },
];

/** A machine from a copy of the source with the fault in it. */
export async function mutated({ name, file, from, to }: Mutant): Promise<Machine> {
  const directory = await mkdtemp(join(tmpdir(), 'raft-mutant-'));
  await cp(join(SOURCE, 'raft'), join(directory, 'raft'), { recursive: true });
  for (const room of ['protocol', 'runtime']) await symlink(join(SOURCE, room), join(directory, room));
  const path = join(directory, 'raft', file);
  const source = await readFile(path, 'utf8');
  if (source.split(from).length !== 2) throw new Error(`"${name}" has no place in ${file}`);
  await writeFile(path, source.replace(from, to));
  const load = (module: string) => import(pathToFileURL(join(directory, 'raft', module)).href);
  const { raftStep, nextWakeMs } = await load('raft-step.ts');
  const { initialRaftState } = await load('raft-state.ts');
  return { raftStep, nextWakeMs, initialRaftState };
}
