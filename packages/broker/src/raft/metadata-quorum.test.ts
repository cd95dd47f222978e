import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MemoryMetadataLog } from '../../test/metadata/memory-metadata-log.ts';
import { CountingRandom, ManualClock, silentLogger } from '../../test/metadata/ports.ts';
import { nodeDisk } from '../runtime/node-disk.ts';
import type { MetadataBatch } from './loaded-batch.ts';
import { MetadataQuorum } from './metadata-quorum.ts';
import { leaderChangeBatch } from './own-batches.ts';
import type { QuorumListener } from './quorum-listener.ts';
import { SnapshotFiles } from './snapshot-files.ts';
import { UnknownVotersError } from './unknown-voters-error.ts';
import type { VoterNode } from './voter-set.ts';

const VOTER: VoterNode = {
  id: 1,
  directoryId: 'AAAAAAAAAAAAAAAAAAAAAQ',
  endpoints: [{ name: 'CONTROLLER', host: '127.0.0.1', port: 9093 }],
};

class Listener implements QuorumListener {
  readonly batches: MetadataBatch[] = [];
  readonly commits: number[] = [];
  readonly stops: unknown[] = [];

  onBatch(batch: MetadataBatch): void {
    this.batches.push(batch);
  }

  onSnapshot() {
    this.batches.length = 0;
    return { take: (batch: MetadataBatch) => this.batches.push(batch), end: () => {} };
  }

  onCommitted(highWatermark: number): void {
    this.commits.push(highWatermark);
  }

  onStopped(reason: unknown): void {
    this.stops.push(reason);
  }

  get values(): string[] {
    return this.batches.flatMap(({ records }) => records.map((value) => new TextDecoder().decode(value)));
  }
}

const bytes = (text: string) => new TextEncoder().encode(text);

/** Every write and flush that is not held has ended. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('metadata quorum of one', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'quorum-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  function quorumOver(log: MemoryMetadataLog, voter: VoterNode = VOTER) {
    const listener = new Listener();
    const quorum = new MetadataQuorum(
      {
        log,
        disk: nodeDisk,
        clock: new ManualClock(),
        random: new CountingRandom(),
        clusterId: 'CLUSTERAAAAAAAAAAAAAAQ',
        logger: silentLogger,
        voter,
        quorumStatePath: join(directory, 'quorum-state'),
        snapshots: new SnapshotFiles(nodeDisk, directory),
      },
      listener,
    );
    return { quorum, listener };
  }

  test('the first start elects the node in epoch 1 and writes leader, version and voters as the first batch', async () => {
    const { quorum, listener } = quorumOver(new MemoryMetadataLog());
    await quorum.start();
    expect(quorum.state).toMatchObject({ role: { name: 'leader' }, epoch: 1, highWatermark: 0 });
    await settled();
    expect(quorum.state.highWatermark).toBe(3);
    expect(listener.batches).toEqual([
      {
        epoch: 1,
        lastOffset: 2,
        timestamp: expect.any(Number),
        sizeInBytes: expect.any(Number),
        records: [],
        controlRecords: [
          { kind: 'leaderChange', leaderId: 1, voterIds: [1] },
          { kind: 'kraftVersion', level: 1 },
          { kind: 'voters', voters: [VOTER] },
        ],
      },
    ]);
    expect(await readFile(join(directory, 'quorum-state'), 'utf8')).toBe(
      '{"leaderId":1,"leaderEpoch":1,"votedId":1,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAQ","data_version":1}',
    );
  });

  test('a record is committed when it is flushed and not before', async () => {
    const log = new MemoryMetadataLog();
    const { quorum, listener } = quorumOver(log);
    await quorum.start();
    log.hold();
    let isCommitted = false;
    const appended = quorum.append([bytes('a'), bytes('b')]);
    const committed = appended.committed.then(() => {
      isCommitted = true;
    });
    expect(appended).toMatchObject({ baseOffset: 3, lastOffset: 4, epoch: 1 });
    await settled();
    expect(isCommitted).toBe(false);
    log.release();
    await committed;
    expect(listener.commits.at(-1)).toBe(5);
  });

  test('appends that come while a flush is under way share the next one', async () => {
    const log = new MemoryMetadataLog();
    const { quorum } = quorumOver(log);
    await quorum.start();
    await settled();
    const before = log.flushes;
    const appends = Array.from({ length: 20 }, (_, index) => quorum.append([bytes(`r${index}`)]));
    await Promise.all(appends.map(({ committed }) => committed));
    expect(log.flushes - before).toBeLessThanOrEqual(2);
  });

  test('a restart replays what was flushed, in order, in a higher epoch, and repeats no voters', async () => {
    const log = new MemoryMetadataLog();
    const first = quorumOver(log);
    await first.quorum.start();
    await first.quorum.append([bytes('a')]).committed;
    await first.quorum.append([bytes('b'), bytes('c')]).committed;
    log.hold();
    const lost = first.quorum.append([bytes('lost')]).committed;
    lost.catch(() => {});

    const second = quorumOver(log.crash());
    await second.quorum.start();
    expect(second.listener.values).toEqual(['a', 'b', 'c']);
    expect(second.quorum.state.epoch).toBe(2);
    expect(second.listener.batches.at(-1)?.controlRecords).toEqual([
      { kind: 'leaderChange', leaderId: 1, voterIds: [1] },
    ]);
  });

  test('a node that moved to another address writes the voters anew', async () => {
    const log = new MemoryMetadataLog();
    await quorumOver(log).quorum.start();
    await settled();
    const moved = { ...VOTER, endpoints: [{ name: 'CONTROLLER', host: '127.0.0.1', port: 9999 }] };
    const { quorum, listener } = quorumOver(log.crash(), moved);
    await quorum.start();
    expect(listener.batches.at(-1)?.controlRecords).toContainEqual({ kind: 'voters', voters: [moved] });
  });

  test('the epoch is above the stored one even when the log was lost', async () => {
    await writeFile(
      join(directory, 'quorum-state'),
      '{"leaderId":-1,"leaderEpoch":7,"votedId":1,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAQ","data_version":1}',
    );
    const { quorum } = quorumOver(new MemoryMetadataLog());
    await quorum.start();
    expect(quorum.state.epoch).toBe(8);
  });

  test('a quorum-state file that cannot be understood stops the start', async () => {
    await writeFile(join(directory, 'quorum-state'), '{"leaderId":');
    await expect(quorumOver(new MemoryMetadataLog()).quorum.start()).rejects.toThrow(/quorum-state/);
  });

  test('a directory that others vote on too is not led alone: by the voters in its log', async () => {
    const log = new MemoryMetadataLog();
    const others = [2, 3].map((id) => ({ ...VOTER, id, directoryId: `DIRECTORY${id}AAAAAAAAAAAQ` }));
    const effect = { baseOffset: 0, epoch: 1, granting: [1, 2], voters: [VOTER, ...others] };
    const batch = { kind: 'appendLeaderChange', ...effect } as const;
    log.append(leaderChangeBatch({ ...batch, writesVoters: true }, { id: 1, timestamp: 0 }), 1);
    await expect(quorumOver(log).quorum.start()).rejects.toThrow(/a quorum with the nodes 2, 3, of which/);
    // Where voters are configured for good, the log names them at elections only.
    const second = new MemoryMetadataLog();
    second.append(leaderChangeBatch({ ...batch, writesVoters: false }, { id: 2, timestamp: 0 }), 1);
    await expect(quorumOver(second).quorum.start()).rejects.toThrow(/a quorum with the nodes 2, 3, of which/);
    expect(second.endOffset).toBe(1);
  });

  test.each([
    [
      'followed',
      '{"leaderId":2,"leaderEpoch":7,"votedId":-1,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA","data_version":1}',
    ],
    [
      'voted for',
      '{"leaderId":-1,"leaderEpoch":7,"votedId":2,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA","data_version":1}',
    ],
  ])('a directory that others vote on too is not led alone: by whom it %s', async (_, stored) => {
    const file = join(directory, 'quorum-state');
    await writeFile(file, stored);
    await expect(quorumOver(new MemoryMetadataLog()).quorum.start()).rejects.toThrow(UnknownVotersError);
    expect(await readFile(file, 'utf8')).toBe(stored);
  });

  test('a vote that cannot be stored ends the start', async () => {
    await rm(directory, { recursive: true });
    const { quorum, listener } = quorumOver(new MemoryMetadataLog());
    await expect(quorum.start()).rejects.toThrow(/ENOENT/);
    expect(quorum.state.role.name).toBe('stopped');
    expect(listener.stops).toHaveLength(1);
    await mkdir(directory);
  });

  test('a write that fails rejects everything that waits and takes nothing more', async () => {
    const log = new MemoryMetadataLog();
    const { quorum, listener } = quorumOver(log);
    await quorum.start();
    const full = new Error('ENOSPC');
    log.breakAt(full);
    await expect(quorum.append([bytes('a')]).committed).rejects.toBe(full);
    expect(listener.stops).toEqual([full]);
    expect(quorum.state.role.name).toBe('stopped');
    expect(() => quorum.append([bytes('b')])).toThrow(/append as stopped/);
  });
});
