import { IoThrottle } from '../src/log/io-throttle.ts';
import type { PartitionLog } from '../src/log/partition-log.ts';
import { brokerRuntime } from '../src/node/broker-runtime.ts';
import { COMPRESSION_TYPES, type CompressionType } from '../src/protocol/record-batch.ts';
import { buildBatch } from '../src/protocol/records.ts';
import { LogBed } from '../test/log/log-bed.ts';

/*
 * Cleans a log of so many megabytes and says what the event loop and the memory had of it:
 * `node bench/cleaning.ts [megabytes] [codec]`. Records of 1 kB, 200,000 keys, batches of 100.
 */

const [megabytes = '1000', codec = 'none'] = process.argv.slice(2);
const compression: CompressionType = COMPRESSION_TYPES.find((known) => known === codec) ?? 'none';
const KEYS = 200_000;
const MEGABYTE = 1_000_000;

const bed = new LogBed();
const log = await bed.open({ config: { cleanupPolicy: ['compact'], segmentBytes: 256 * MEGABYTE } });
await fill(log);
await clean(log);
await log.close();
bed.remove();

async function fill(into: PartitionLog): Promise<void> {
  const value = Buffer.alloc(1000, 'what a record may say, ');
  for (let record = 0; into.sizeInBytes < Number(megabytes) * MEGABYTE; record += 100) {
    const records = Array.from({ length: 100 }, (_, index) => ({
      key: Buffer.from(`key-${((record + index) * 7919) % KEYS}`),
      value,
      timestamp: bed.clock.wallMs(),
    }));
    const outcome = into.appendAsLeader(buildBatch(records, { compression }), {
      origin: 'client',
      leaderEpoch: 0,
    });
    if (outcome.kind === 'appended') await outcome.completion;
  }
  into.updateHighWatermark(into.logEndOffset);
  await into.flush();
}

/** How long this thread has been on a processor. */
function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

async function clean(dirty: PartitionLog): Promise<void> {
  const runtime = brokerRuntime({ logLevel: 'silent' });
  await new Promise((resolve) => setTimeout(resolve, 500));
  const before = { rss: process.memoryUsage.rss(), cpu: process.cpuUsage(), now: performance.now() };
  const gaps: number[] = [];
  let [last, rss] = [threadMs(), before.rss];
  const ticking = setInterval(() => {
    // Its own work, so that what else the machine has to do does not count.
    const now = threadMs();
    gaps.push(now - last);
    last = now;
    rss = Math.max(rss, process.memoryUsage.rss());
  }, 1);
  const range = await dirty.compaction.range(bed.clock.wallMs());
  const counts = await dirty.compaction.clean(range, {
    compute: runtime.compute,
    throttle: new IoThrottle(runtime.clock, Number.MAX_VALUE),
    hashKey: new Uint8Array(16),
    ...{ mapBytes: 128 * 1024 * 1024, mapLoadFactor: 0.9, readBytes: 256 * 1024 },
  });
  const seconds = (performance.now() - before.now) / 1000;
  clearInterval(ticking);
  const cpu = process.cpuUsage(before.cpu);
  gaps.sort((left, right) => right - left);
  console.log({
    codec: compression,
    megabytesRead: Math.round(((counts?.mapBytesRead ?? 0) + (counts?.bytesRead ?? 0)) / MEGABYTE),
    recordsRead: counts?.recordsRead,
    recordsWritten: counts?.recordsWritten,
    seconds: Number(seconds.toFixed(1)),
    cpuSeconds: Number(((cpu.user + cpu.system) / 1e6).toFixed(1)),
    busiestTurnsMs: gaps.slice(0, 5).map((gap) => Number(gap.toFixed(1))),
    rssGrowthMegabytes: Math.round((rss - before.rss) / MEGABYTE),
  });
}
