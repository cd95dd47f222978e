import { expect, it, vi } from 'vitest';
import { framesOf } from './event-stream.ts';

async function framesFrom(chunks: readonly (string | Uint8Array)[]) {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks)
        controller.enqueue(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk);
      controller.close();
    },
  });
  const frames = [];
  for await (const frame of framesOf(stream, 1000)) frames.push(frame);
  return frames;
}

it('a frame has the name and the data it was sent with', async () => {
  expect(await framesFrom(['id: 7\nevent: lag\ndata: {"a":1}\n\n'])).toEqual([
    { event: 'lag', data: '{"a":1}' },
  ]);
});

it('frames may be cut at any byte, also inside a character', async () => {
  const bytes = new TextEncoder().encode('event: hello\ndata: "größer"\n\nevent: lag\ndata: 2\n\n');
  const chunks = [...bytes].map((byte) => Uint8Array.of(byte));
  expect(await framesFrom(chunks)).toEqual([
    { event: 'hello', data: '"größer"' },
    { event: 'lag', data: '2' },
  ]);
});

it('lines of data are joined, line ends of both kinds are understood', async () => {
  expect(await framesFrom(['data: 1\r\ndata: 2\r\n\r\n'])).toEqual([{ event: 'message', data: '1\n2' }]);
});

it('comments and a frame that never ended are left out', async () => {
  expect(await framesFrom([': keep-alive\n\n', 'event: lag\ndata: 1'])).toEqual([]);
});

it('a stream that says nothing for too long is broken, and is let go', async () => {
  vi.useFakeTimers();
  const cancelled = vi.fn();
  const frames = framesOf(new ReadableStream({ cancel: cancelled }), 40_000);
  const first = expect(frames.next()).rejects.toThrow('the event stream went silent');
  await vi.advanceTimersByTimeAsync(40_000);
  await first;
  expect(cancelled).toHaveBeenCalledOnce();
  vi.useRealTimers();
});
