import { afterEach, expect, it } from 'vitest';
import { ErrorCode } from '../../src/protocol/errors.ts';
import { produceRequest } from '../../src/protocol/messages/produce-request.ts';
import { produceResponse } from '../../src/protocol/messages/produce-response.ts';
import { buildBatch } from '../../src/protocol/records.ts';
import { type Disk, DiskError, type File } from '../../src/runtime/disk.ts';
import { nodeDisk } from '../../src/runtime/node-disk.ts';
import { BrokerBed } from './broker-bed.ts';

/** The disk of this machine, until it breaks: then every write is refused. */
class BreakableDisk {
  isBroken = false;
  readonly disk: Disk = {
    ...nodeDisk,
    open: async (path, mode) => this.#breakable(await nodeDisk.open(path, mode)),
  };

  #breakable(file: File): File {
    return {
      path: file.path,
      size: () => file.size(),
      read: (into, position) => file.read(into, position),
      write: (buffers, position) =>
        this.isBroken ? Promise.reject(new DiskError('EIO', file.path)) : file.write(buffers, position),
      sync: () => file.sync(),
      truncate: (size) => file.truncate(size),
      close: () => file.close(),
    };
  }
}

const bed = new BrokerBed();
afterEach(() => bed.remove());

it('a write that the disk refuses is not acknowledged, and a broker without a disk says that it cannot go on', async () => {
  const { promise: failed, resolve: onFailed } = Promise.withResolvers<string>();
  const breakable = new BreakableDisk();
  await bed.start({}, { disk: breakable.disk, onFailed });
  await bed.createTopic('fragile');
  const client = await bed.connect();
  const produce = async () => {
    const records = buildBatch([{ value: Buffer.from('x'), timestamp: 1_700_000_000_000 }]);
    const topicData = [{ name: 'fragile', partitionData: [{ index: 0, records }] }];
    const body = { acks: -1, timeoutMs: 5000, topicData };
    return (await client.ask(produceRequest, produceResponse, body, 9)).responses[0]?.partitionResponses[0];
  };
  expect((await produce())?.errorCode).toBe(ErrorCode.NONE);
  breakable.isBroken = true;
  expect((await produce())?.errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
  expect(await failed).toMatch(/refused \(EIO\)/);
  expect((await produce())?.errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
});
