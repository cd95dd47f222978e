import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { NodeBufferPool } from '../runtime/node-buffer-pool.ts';
import { FrameReader, frameOf } from './framing.ts';

const LIMIT = 1 << 20;

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function framesIn(reader: FrameReader): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (;;) {
    const outcome = reader.next();
    if (outcome.kind !== 'frame') return frames;
    frames.push(outcome.bytes);
  }
}

describe('FrameReader', () => {
  it('gives back the frames however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 6000 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 20 }),
        (messages, cuts) => {
          const stream = joined(messages.flatMap((message) => frameOf([message])));
          const reader = new FrameReader(LIMIT);
          const seen: Uint8Array[] = [];
          let position = 0;
          for (let turn = 0; position < stream.length; turn += 1) {
            const end = position + (cuts[turn % cuts.length] ?? 1);
            reader.push(stream.slice(position, end));
            position = Math.min(end, stream.length);
            if (turn % 2 === 0) seen.push(...framesIn(reader));
          }
          seen.push(...framesIn(reader));
          expect(seen.map((bytes) => Uint8Array.from(bytes))).toEqual(messages);
          expect(reader.bufferedBytes).toBe(0);
        },
      ),
    );
  });

  it('refuses 2 GB as soon as the prefix is there', () => {
    const reader = new FrameReader(LIMIT);
    reader.push(Uint8Array.of(0x7f, 0xff, 0xff));
    expect(reader.next()).toEqual({ kind: 'incomplete' });
    reader.push(Uint8Array.of(0xff));
    expect(reader.next()).toEqual({ kind: 'refused', announcedBytes: 0x7fff_ffff });
  });

  it('refuses a negative size', () => {
    const reader = new FrameReader(LIMIT);
    reader.push(Uint8Array.of(0xff, 0xff, 0xff, 0xff));
    expect(reader.next()).toEqual({ kind: 'refused', announcedBytes: -1 });
  });

  it('accepts a frame of exactly the limit and refuses one byte more', () => {
    const exact = new FrameReader(8);
    for (const part of frameOf([new Uint8Array(8)])) exact.push(part);
    expect(exact.next().kind).toBe('frame');
    const above = new FrameReader(8);
    for (const part of frameOf([new Uint8Array(9)])) above.push(part);
    expect(above.next().kind).toBe('refused');
  });

  it('gathers a frame of many megabytes from chunks of any size', () => {
    const message = Uint8Array.from({ length: 5 * LIMIT }, (_, index) => index % 251);
    const stream = joined(frameOf([message]));
    const reader = new FrameReader(10 * LIMIT);
    for (let at = 0; at < stream.length; at += 300_001) reader.push(stream.subarray(at, at + 300_001));
    expect(reader.bufferedBytes).toBe(message.length);
    const outcome = reader.next();
    expect(outcome.kind === 'frame' && Buffer.from(outcome.bytes).equals(message)).toBe(true);
  });

  it('keeps nothing of a chunk: it may be overwritten after it was taken in', () => {
    const chunk = joined(frameOf([Uint8Array.of(1, 2, 3)]));
    const reader = new FrameReader(LIMIT);
    reader.push(chunk);
    chunk.fill(9);
    const outcome = reader.next();
    expect(outcome.kind === 'frame' && [...outcome.bytes]).toEqual([1, 2, 3]);
  });

  it('sets no more than a megabyte aside for what was only announced', () => {
    const reader = new FrameReader(100 * LIMIT);
    const before = process.memoryUsage().arrayBuffers;
    reader.push(Uint8Array.of(0x06, 0, 0, 0, 1));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * LIMIT);
    expect(reader.bufferedBytes).toBe(1);
  });
});

test('a frame that outgrows its memory gives it back', () => {
  const buffers = new NodeBufferPool();
  const reader = new FrameReader(10 * LIMIT, buffers);
  for (const part of frameOf([new Uint8Array(LIMIT + 1)])) reader.push(part);
  expect(buffers.idleBytes).toBe(LIMIT);
  const outcome = reader.next();
  if (outcome.kind === 'frame') buffers.release(outcome.bytes);
  expect(buffers.idleBytes).toBe(3 * LIMIT);
});

describe('frameOf', () => {
  it('does not copy the parts of a large message', () => {
    const records = new Uint8Array(100_000);
    const parts = frameOf([new Uint8Array(10), records]);
    expect(parts.at(-1)).toBe(records);
    expect(joined(parts).subarray(0, 4)).toEqual(Uint8Array.of(0, 1, 0x86, 0xaa));
  });
});
