import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { baseTimestampAt, batchesIn } from '../protocol/record-batch.ts';
import { nodeDisk } from '../runtime/node-disk.ts';
import { bootstrapBatches, writeBootstrapCheckpoint } from './bootstrap-checkpoint.ts';
import { snapshotBatches } from './snapshot-batches.ts';
import { SnapshotFiles } from './snapshot-files.ts';
import type { VoterNode } from './voter-set.ts';

/*
 * What Kafka 4.3.1 writes into 00000000000000000000-0000000000.checkpoint for
 *
 *   kafka-storage.sh format -t q1Sh-9_ISia_zwGINzRvyQ -c server.properties --initial-controllers
 *     1@127.0.0.1:9093:3Db5QLSqSZieL3rJBUUegA,2@127.0.0.1:9094:AAAAAAAAAAAAAAAAAAAAZg,3@localhost:9095:MvDxzVmcRsaTz33bUuRU6A
 */
const KAFKAS = Buffer.from(
  'AAAAAAAAAAAAAAEBAAAAAAJoIErZACAAAAACAAABof6E6hMAAAGh/oTqE///////////////////AAAAAyoAAAAIAAAAAxYA' +
    'AAAAAaH+hOn8AAAeAAACCAAAAAUKAAAAAQAA0AIAAAQIAAAABroCAAAEAAAAAdw2+UC0qkmYni96yQVFHoACC0NPTlRST0xM' +
    'RVIKMTI3LjAuMC4xI4UAAAAAAQAAAAAAAgAAAAAAAAAAAAAAAAAAAGYCC0NPTlRST0xMRVIKMTI3LjAuMC4xI4YAAAAAAQAA' +
    'AAAAAzLw8c1ZnEbGk89921LkVOgCC0NPTlRST0xMRVIKbG9jYWxob3N0I4cAAAAAAQAAAAAAAAAAAAAAAwAAAD8AAAAAAvGu' +
    'oSEAIAAAAAAAAAGh/oTqHAAAAaH+hOoc//////////////////8AAAABGgAAAAgAAAAEBgAAAAA=',
  'base64',
);
const LAST_CONTAINED = 1_795_271_485_948;

const VOTERS: readonly VoterNode[] = [
  voter(1, '3Db5QLSqSZieL3rJBUUegA', { host: '127.0.0.1', port: 9093 }),
  voter(2, 'AAAAAAAAAAAAAAAAAAAAZg', { host: '127.0.0.1', port: 9094 }),
  voter(3, 'MvDxzVmcRsaTz33bUuRU6A', { host: 'localhost', port: 9095 }),
];

function voter(id: number, directoryId: string, address: { host: string; port: number }): VoterNode {
  return { id, directoryId, endpoints: [{ name: 'CONTROLLER', ...address }] };
}

test('is Kafka’s, byte by byte', () => {
  const kafkas = [...batchesIn(KAFKAS)];
  const written = (timestamp: number) => [
    ...snapshotBatches({
      id: { offset: 0, epoch: 0 },
      lastContainedLogTimestamp: LAST_CONTAINED,
      timestamp,
      voters: VOTERS,
      records: [],
    }),
  ];
  // Kafka looks at its clock for each batch.
  const ours = kafkas.map((batch, index) => written(baseTimestampAt(batch))[index] ?? Buffer.of());
  expect(Buffer.concat(ours).toString('hex')).toBe(KAFKAS.toString('hex'));
});

test('makes a directory that of these voters, once', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'bootstrap-'));
  try {
    const files = new SnapshotFiles(nodeDisk, directory);
    await writeBootstrapCheckpoint(files, VOTERS, 1);
    expect(await readdir(directory)).toEqual(['00000000000000000000-0000000000.checkpoint']);
    expect(await files.votersOf({ offset: 0, epoch: 0 })).toEqual(VOTERS);
    await writeBootstrapCheckpoint(files, VOTERS.slice(1), 2);
    expect(await files.votersOf({ offset: 0, epoch: 0 })).toEqual(VOTERS);
    expect(Buffer.concat([...bootstrapBatches(VOTERS, 1)])).toHaveLength(KAFKAS.length);
  } finally {
    await rm(directory, { recursive: true });
  }
});
