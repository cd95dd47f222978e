import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { beginQuorumEpochHandler } from '../../src/handlers/begin-quorum-epoch.ts';
import { endQuorumEpochHandler } from '../../src/handlers/end-quorum-epoch.ts';
import { fetchMetadataLogHandler } from '../../src/handlers/fetch-metadata-log.ts';
import { fetchSnapshotHandler } from '../../src/handlers/fetch-snapshot.ts';
import type { Handler } from '../../src/handlers/handler.ts';
import { voteHandler } from '../../src/handlers/vote.ts';
import { decodeMessage, encodeMessage } from '../../src/protocol/message.ts';
import type { PeerAnswer, PeerExchange } from '../../src/protocol/peer-channel.ts';
import { Reader } from '../../src/protocol/reader.ts';
import type { MetadataBatch } from '../../src/raft/loaded-batch.ts';
import { MetadataQuorum } from '../../src/raft/metadata-quorum.ts';
import { DEFAULT_TIMING, type RaftTiming } from '../../src/raft/raft-state.ts';
import { snapshotBatches } from '../../src/raft/snapshot-batches.ts';
import { SnapshotFiles } from '../../src/raft/snapshot-files.ts';
import { NodePeers } from '../../src/raft/wire/node-peers.ts';
import { type Disk, DiskError } from '../../src/runtime/disk.ts';
import { allowAll } from '../../src/security/authorizer.ts';
import { ANONYMOUS } from '../../src/security/principal.ts';
import { MemoryMetadataLog } from '../metadata/memory-metadata-log.ts';
import { CountingRandom, ManualClock, silentLogger } from '../metadata/ports.ts';
import { LOCAL_RAFT_TIMING } from './local-raft-timing.ts';
import { memoryDisk } from './memory-disk.ts';
import { CLUSTER_ID, voterNode } from './test-nodes.ts';

interface Node {
  readonly id: number;
  log: MemoryMetadataLog;
  quorum: MetadataQuorum;
  values: string[];
  handlers: readonly Handler[];
  isReachable: boolean;
}

const IDS = [1, 2, 3];
const bytes = (text: string) => new TextEncoder().encode(text);

/** Chance that differs from node to node, so that they do not all lose patience at once. */
class NodeRandom extends CountingRandom {
  readonly #id: number;

  constructor(id: number) {
    super();
    this.#id = id;
  }

  override uint32(): number {
    return this.#id * 2 ** 28;
  }
}

describe('three drivers over the wire', () => {
  let clock: ManualClock;
  let nodes: Map<number, Node>;
  let disks: Map<number, Disk>;
  /** Nodes whose disks have no room for another file, and how often each has looked for some. */
  let full: Map<number, number>;
  let stopped: number[];
  /** How long every disk takes to put a file in the place of another, by the clock of the test. */
  let renameMs: number;
  let timing: RaftTiming;

  beforeEach(async () => {
    clock = new ManualClock();
    nodes = new Map();
    full = new Map();
    stopped = [];
    renameMs = 0;
    timing = DEFAULT_TIMING;
    disks = new Map(IDS.map((id) => [id, diskOf(id)]));
    for (const id of IDS) await start(id, new MemoryMetadataLog());
  });

  afterEach(async () => {
    for (const one of nodes.values()) await closed(one);
  });

  /** A leader that goes waits for the next one, for a while. */
  async function closed({ quorum }: Node): Promise<void> {
    let isClosed = false;
    void quorum.close().then(() => {
      isClosed = true;
    });
    await until(() => isClosed);
  }

  function diskOf(id: number): Disk {
    const disk = memoryDisk();
    return {
      ...disk,
      async open(path, mode) {
        const refused = full.get(id);
        if (refused === undefined || mode !== 'create') return disk.open(path, mode);
        full.set(id, refused + 1);
        throw new DiskError('ENOSPC', path);
      },
      async rename(from, to) {
        if (renameMs > 0) await new Promise<void>((resolve) => clock.after(renameMs, resolve));
        await disk.rename(from, to);
      },
    };
  }

  function disk(id: number): Disk {
    return disks.get(id) ?? memoryDisk();
  }

  /** Who appends and does not wait hears no more of it. */
  function append({ quorum }: Node, ...texts: string[]): Promise<void> {
    const { committed } = quorum.append(texts.map(bytes));
    committed.catch(() => {});
    return committed;
  }

  function node(id: number): Node {
    const found = nodes.get(id);
    if (found === undefined) throw new Error(`no node ${id}`);
    return found;
  }

  async function start(id: number, log: MemoryMetadataLog): Promise<void> {
    const values: string[] = [];
    const quorum = new MetadataQuorum(
      {
        log,
        disk: disk(id),
        clock,
        random: new NodeRandom(id),
        logger: silentLogger,
        clusterId: CLUSTER_ID,
        voter: voterNode(id),
        quorumStatePath: '/quorum-state',
        timing,
        snapshots: new SnapshotFiles(disk(id), '/metadata'),
        company: {
          voters: IDS.map(voterNode),
          peers: new NodePeers({ open: ({ port }) => channel(id, port - 9090), requestTimeoutMs: 2000 }),
        },
      },
      {
        onBatch: (batch) => values.push(...textsIn(batch)),
        onSnapshot: () => {
          values.length = 0;
          return { take: (batch) => values.push(...textsIn(batch)), end: () => {} };
        },
        onCommitted: () => {},
        onStopped: () => stopped.push(id),
      },
    );
    const needs = { controller: { quorum }, authorizer: allowAll };
    const handlers = [
      voteHandler(needs),
      beginQuorumEpochHandler(needs),
      endQuorumEpochHandler(needs),
      fetchMetadataLogHandler(needs),
      fetchSnapshotHandler(needs),
    ];
    nodes.set(id, { id, log, quorum, values, handlers, isReachable: true });
    await quorum.start();
  }

  function textsIn({ records }: MetadataBatch): string[] {
    return records.map((value) => new TextDecoder().decode(value));
  }

  /** Both forms go over the wire, as far as bytes go. */
  function channel(from: number, to: number) {
    return {
      async ask({
        request,
        version,
        body,
        response,
      }: PeerExchange<never, never>): Promise<PeerAnswer<never>> {
        const unanswered = { kind: 'unanswered', reason: 'cut off' } as const;
        if (!node(from).isReachable || !node(to).isReachable) return unanswered;
        const handler = node(to).handlers.find((one) => one.request === request);
        if (handler === undefined) throw new Error('no handler');
        const received = decodeMessage(request, new Reader(encodeMessage(request, body, version)), version);
        const context = {
          principal: ANONYMOUS,
          clientId: 'test',
          clientHost: '127.0.0.1',
          connectionId: from,
          listenerName: 'CONTROLLER',
          apiVersion: version,
        };
        const answer = await handler.handle(received, context);
        if (answer === null || typeof answer === 'symbol') throw new Error('no answer');
        if (!node(from).isReachable || !node(to).isReachable) return unanswered;
        const written = encodeMessage(handler.response, answer, version);
        return { kind: 'answered', body: decodeMessage(response, new Reader(written), version) };
      },
      close() {},
    };
  }

  /** Lets time pass until it is so. */
  async function until(isSo: () => boolean): Promise<void> {
    for (let waitedMs = 0; !isSo(); waitedMs += 10) {
      if (waitedMs > 20_000) throw new Error(`not so: ${[...nodes.values()].map(tell).join('; ')}`);
      clock.advance(10);
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  function tell({ id, quorum: { state } }: Node): string {
    return `${id} ${state.role.name} ${state.epoch} ${state.log.endOffset}/${state.highWatermark}`;
  }

  function leader(): Node | null {
    const leading = [...nodes.values()].filter(
      ({ quorum, isReachable }) => isReachable && quorum.state.role.name === 'leader',
    );
    return leading.sort((left, right) => right.quorum.state.epoch - left.quorum.state.epoch)[0] ?? null;
  }

  async function elected(): Promise<Node> {
    await until(() => leader() !== null);
    const found = leader();
    if (found === null) throw new Error('nobody leads');
    return found;
  }

  const allHave = (values: readonly string[]) => () =>
    [...nodes.values()].every((one) => one.values.join() === values.join());

  test('one is elected, and what it appends is replayed by all in its order', async () => {
    const first = await elected();
    const appended = ['a', 'b', 'c'].map((value) => append(first, value));
    await until(allHave(['a', 'b', 'c']));
    await Promise.all(appended);
    const logs = [...nodes.values()].map(({ log }) => log.bytes().toString());
    expect(new Set(logs).size).toBe(1);
  });

  test('what only a leader that was cut off has is cut, and what the next one has is taken', async () => {
    const first = await elected();
    void append(first, 'kept');
    await until(allHave(['kept']));
    first.isReachable = false;
    void append(first, 'lost');
    const second = await elected();
    expect(second.id).not.toBe(first.id);
    void append(second, 'next');
    await until(() => second.values.includes('next'));
    expect(first.values).toEqual(['kept']);
    first.isReachable = true;
    await until(allHave(['kept', 'next']));
  });

  test('nothing is committed while the disks of the followers do not end their flush', async () => {
    const first = await elected();
    const { quorum, id } = first;
    await until(() => quorum.state.highWatermark > 0);
    const others = [...nodes.values()].filter((one) => one.id !== id);
    for (const { log } of others) log.hold();
    let isCommitted = false;
    const committed = append(first, 'a').then(() => {
      isCommitted = true;
    });
    await until(() => others.every(({ log }) => log.endOffset === quorum.state.log.endOffset));
    expect(isCommitted).toBe(false);
    for (const { log } of others) log.release();
    await until(() => isCommitted);
    await committed;
  });

  test('voters whose disks are full vote once there is space, and have not ended meanwhile', async () => {
    const first = await elected();
    void append(first, 'kept');
    await until(allHave(['kept']));
    const others = [...nodes.values()].filter(({ id }) => id !== first.id);
    for (const { id } of others) full.set(id, 0);
    first.isReachable = false;
    await until(() => others.some(({ id }) => (full.get(id) ?? 0) > 3));
    expect([leader(), stopped]).toEqual([null, []]);
    full.clear();
    const second = await elected();
    void append(second, 'next');
    await until(() => others.every(({ values }) => values.join() === 'kept,next'));
    expect(stopped).toEqual([]);
  });

  test.each([
    ['Kafka', DEFAULT_TIMING],
    ['a local cluster', LOCAL_RAFT_TIMING],
  ])('with the time-outs of %s one is elected, and stays, where each store takes 1.2 s', async (_, given) => {
    for (const one of nodes.values()) await closed(one);
    timing = given;
    renameMs = 1200;
    disks = new Map(IDS.map((id) => [id, diskOf(id)]));
    for (const id of IDS) await start(id, new MemoryMetadataLog());
    let isCommitted = false;
    await until(() => {
      const first = leader();
      if (first === null || first.quorum.state.highWatermark === 0) return false;
      void append(first, 'a').then(() => {
        isCommitted = true;
      });
      return true;
    });
    await until(() => isCommitted);
    const { epoch } = (await elected()).quorum.state;
    const sinceMs = clock.monotonicMs();
    await until(() => clock.monotonicMs() - sinceMs > 10_000);
    expect((await elected()).quorum.state.epoch).toBe(epoch);
  });

  test('where a sync takes longer than a leader is waited for, nobody gives it up, nor it its followers', async () => {
    for (const one of nodes.values()) await closed(one);
    timing = LOCAL_RAFT_TIMING;
    for (const id of IDS) await start(id, new MemoryMetadataLog());
    const first = await elected();
    await until(() => first.quorum.state.highWatermark > 0);
    const { epoch } = first.quorum.state;
    for (let turn = 0; turn < 5; turn++) {
      for (const { log } of nodes.values()) log.hold();
      let isCommitted = false;
      void append(first, `${turn}`).then(() => {
        isCommitted = true;
      });
      const sinceMs = clock.monotonicMs();
      await until(() => clock.monotonicMs() - sinceMs > 1200);
      for (const { log } of nodes.values()) log.release();
      await until(() => isCommitted);
    }
    expect([first.quorum.state.role.name, first.quorum.state.epoch]).toEqual(['leader', epoch]);
  });

  test('a leader whose log waits for space is given up, and follows once there is some', async () => {
    const first = await elected();
    void append(first, 'kept');
    await until(allHave(['kept']));
    first.log.fill();
    void append(first, 'lost');
    const others = [...nodes.values()].filter((one) => one !== first);
    await until(() => others.some(({ quorum }) => quorum.state.role.name === 'leader'));
    const second = others.find(({ quorum }) => quorum.state.role.name === 'leader') ?? first;
    void append(second, 'next');
    await until(() => others.every(({ values }) => values.join() === 'kept,next'));
    expect([first.values, stopped]).toEqual([['kept'], []]);
    first.log.makeSpace();
    await until(allHave(['kept', 'next']));
  });

  test('a node whose log is gone gets the snapshot, and then the log behind it', async () => {
    const first = await elected();
    const committed = append(first, 'a', 'b');
    await until(allHave(['a', 'b']));
    await committed;
    const { endOffset, epochs } = first.log;
    const id = { offset: endOffset, epoch: epochs.at(-1)?.epoch ?? 0 };
    for (const one of nodes.values()) await closed(one);
    for (const index of IDS) {
      const log = new MemoryMetadataLog();
      if (index !== 3) {
        // What a snapshot stands for is cut off at the beginning of the log.
        await new SnapshotFiles(disk(index), '/metadata').write(
          id,
          snapshotBatches({
            id,
            lastContainedLogTimestamp: 0,
            timestamp: 0,
            voters: IDS.map(voterNode),
            records: [[bytes('a'), bytes('b')]],
          }),
        );
        await log.startBehind(id);
      }
      await start(index, log);
    }
    const second = await elected();
    void append(second, 'c');
    await until(allHave(['a', 'b', 'c']));
    const third = node(3);
    expect(third.log.startOffset).toBe(endOffset);
    const taken = new SnapshotFiles(disk(3), '/metadata');
    expect(await taken.list()).toMatchObject([id]);
    expect(await taken.read(id, 0, 1 << 20)).toEqual(
      await new SnapshotFiles(disk(1), '/metadata').read(id, 0, 1 << 20),
    );
  });

  test('a leader that is closed is followed by another without any time-out', async () => {
    const first = await elected();
    const beforeMs = clock.monotonicMs();
    let isClosed = false;
    void first.quorum.close().then(() => {
      isClosed = true;
    });
    const others = [...nodes.values()].filter((one) => one !== first);
    await until(() => isClosed && others.some(({ quorum }) => quorum.state.role.name === 'leader'));
    expect(clock.monotonicMs() - beforeMs).toBeLessThan(50);
  });

  test('a power cut at all three at once loses nothing that was committed', async () => {
    const first = await elected();
    const committed = append(first, 'a', 'b');
    await until(allHave(['a', 'b']));
    await committed;
    const { epoch } = first.quorum.state;
    const survivors = IDS.map((id) => node(id).log.crash());
    for (const id of IDS) await closed(node(id));
    for (const [index, log] of survivors.entries()) await start(index + 1, log);
    const second = await elected();
    expect(second.quorum.state.epoch).toBeGreaterThan(epoch);
    await until(allHave(['a', 'b']));
  });
});
