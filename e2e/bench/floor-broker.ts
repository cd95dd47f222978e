// The floor of produce: the least that a broker in one Node event loop can do for Kafka's own perf client. It reads a
// socket straight into the memory it writes from, checksums each batch, gives it its offset, writes it to a file with
// one `writev` a request, and answers. No copy, no validation but the checksum, no index, no producer state; topics are
// whatever a client asks for, and go when the next one comes. `node floor-broker.ts PORT FOLDER`.
import { closeSync, mkdirSync, openSync, rmSync, writevSync } from 'node:fs';
import { createServer, Socket } from 'node:net';
import { join } from 'node:path';
import { crc32c } from '@node-rs/crc32';
import { codec } from '@odradek/broker/protocol';

const [port, folder] = [Number(process.argv[2]), process.argv[3] ?? ''];
const PARTITIONS = 6;
const BUFFER_BYTES = 4 * 1024 * 1024;
const RESPONSE_BYTES = 1024;
const NO_TAGS = Buffer.alloc(1);

const PRODUCE = 0;
const METADATA = 3;
const API_VERSIONS = 18;
const INIT_PRODUCER_ID = 22;

const ADVERTISED = [
  { apiKey: PRODUCE, minVersion: 13, maxVersion: 13 },
  { apiKey: METADATA, minVersion: 12, maxVersion: 13 },
  { apiKey: API_VERSIONS, minVersion: 0, maxVersion: 4 },
  { apiKey: INIT_PRODUCER_ID, minVersion: 4, maxVersion: 5 },
];

/** Where the fields of a batch lie that the floor reads or writes. */
const BATCH_CRC = 17;
const BATCH_ATTRIBUTES = 21;
const BATCH_LAST_OFFSET_DELTA = 23;

interface PartitionFile {
  readonly descriptor: number;
  sizeInBytes: number;
  endOffset: number;
}

const files = new Map<string, PartitionFile>();

mkdirSync(folder, { recursive: true });
createServer({ noDelay: true, pauseOnConnect: true }, serve).listen(port, '127.0.0.1', () =>
  console.log('listening'),
);

/** A socket that node reads into our memory: each read goes behind the last, a frame is looked at where it lies. */
function serve(accepted: Socket): void {
  let memory = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  let from = 0;
  let to = 0;
  const onread = {
    buffer: () => memory.subarray(to),
    callback: (count: number) => {
      to += count;
      while (to - from >= 4 && to - from >= 4 + memory.readInt32BE(from)) {
        const end = from + 4 + memory.readInt32BE(from);
        socket.write(framed(answer(memory.subarray(from + 4, end))));
        from = end;
      }
      if (from === to) [from, to] = [0, 0];
      else if (BUFFER_BYTES - to < BUFFER_BYTES / 4) memory = movedToFront();
      return true;
    },
  };
  const movedToFront = () => {
    memory.copyWithin(0, from, to);
    [from, to] = [0, to - from];
    return memory;
  };
  const handle: unknown = Reflect.get(accepted, '_handle');
  Reflect.set(accepted, '_handle', null);
  const socket: Socket = Reflect.construct(Socket, [{ handle, onread }]);
  socket.on('error', () => socket.destroy());
  socket.resume();
}

function framed(parts: readonly Uint8Array[]): Buffer {
  const size = Buffer.allocUnsafe(4);
  size.writeInt32BE(parts.reduce((sum, part) => sum + part.length, 0));
  return Buffer.concat([size, ...parts]);
}

/** The answer to one frame: correlation id and an empty tag section (not for ApiVersions), then the body. */
function answer(frame: Buffer): Uint8Array[] {
  const [apiKey, version] = [frame.readInt16BE(0), frame.readInt16BE(2)];
  const correlationId = frame.subarray(4, 8);
  const body = 10 + Math.max(0, frame.readInt16BE(8)) + 1;
  if (apiKey === PRODUCE) return [correlationId, NO_TAGS, produce(frame, body)];
  const flexible = [correlationId, NO_TAGS];
  if (apiKey === METADATA) return [...flexible, metadata(frame.subarray(body), version)];
  if (apiKey === INIT_PRODUCER_ID) {
    return [
      ...flexible,
      codec('InitProducerIdResponse').encode({ producerId: 1, producerEpoch: 0 }, version),
    ];
  }
  return [correlationId, codec('ApiVersionsResponse').encode({ apiKeys: ADVERTISED }, version)];
}

function metadata(body: Uint8Array, version: number): Uint8Array {
  const { topics } = codec('MetadataRequest').decode(body, version);
  return codec('MetadataResponse').encode(
    {
      brokers: [{ nodeId: 1, host: '127.0.0.1', port }],
      clusterId: 'floor',
      controllerId: 1,
      topics: (topics ?? []).map(({ name }) => ({
        name,
        topicId: topicIdOf(name ?? ''),
        partitions: Array.from({ length: PARTITIONS }, (_, partitionIndex) => ({
          ...{ partitionIndex, leaderId: 1, leaderEpoch: 0, replicaNodes: [1], isrNodes: [1] },
        })),
      })),
    },
    version,
  );
}

/** Twenty-two characters of the topic's name make an id. */
function topicIdOf(name: string): string {
  return Buffer.from(name.replaceAll('-', '').slice(-16).padStart(16, '0')).toString('base64url');
}

/** Version 13: transactional id, acks, timeout, then topics of partitions of records, all with compact lengths. */
function produce(frame: Buffer, body: number): Buffer {
  let at = body;
  const uvarint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = frame[at++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const transactionalIdBytes = Math.max(0, uvarint() - 1);
  at += transactionalIdBytes + 6;
  const topicCount = uvarint() - 1;
  const response = Buffer.alloc(RESPONSE_BYTES);
  let end = putUvarint(response, 0, topicCount + 1);
  for (let topic = 0; topic < topicCount; topic++) {
    const topicId = frame.subarray(at, at + 16);
    at += 16;
    end += topicId.copy(response, end);
    const partitionCount = uvarint() - 1;
    end = putUvarint(response, end, partitionCount + 1);
    for (let partition = 0; partition < partitionCount; partition++) {
      const index = frame.readInt32BE(at);
      at += 4;
      const length = uvarint() - 1;
      const baseOffset = append(`${topicId.toString('hex')}-${index}`, frame.subarray(at, at + length));
      at += length + 1;
      response.writeInt32BE(index, end);
      response.writeBigInt64BE(BigInt(baseOffset), end + 6);
      response.writeBigInt64BE(-1n, end + 14);
      response[end + 30] = 1;
      end += 33;
    }
    at += 1;
    end += 1;
  }
  return response.subarray(0, end + 5);
}

function putUvarint(into: Buffer, at: number, value: number): number {
  into[at] = value;
  return at + 1;
}

function append(name: string, batch: Buffer): number {
  const file = files.get(name) ?? openFile(name);
  if (crc32c(batch.subarray(BATCH_ATTRIBUTES)) !== batch.readUInt32BE(BATCH_CRC)) throw new Error('checksum');
  const baseOffset = file.endOffset;
  batch.writeBigInt64BE(BigInt(baseOffset), 0);
  file.endOffset += batch.readInt32BE(BATCH_LAST_OFFSET_DELTA) + 1;
  file.sizeInBytes += writevSync(file.descriptor, [batch], file.sizeInBytes);
  return baseOffset;
}

function openFile(name: string): PartitionFile {
  const topic = name.slice(0, name.lastIndexOf('-'));
  for (const [other, { descriptor }] of files) {
    if (other.startsWith(topic)) continue;
    closeSync(descriptor);
    rmSync(join(folder, other));
    files.delete(other);
  }
  const file = { descriptor: openSync(join(folder, name), 'w+'), sizeInBytes: 0, endOffset: 0 };
  files.set(name, file);
  return file;
}
