/** One frame of a server-sent event stream. */
export interface StreamFrame {
  event: string;
  data: string;
}

/**
 * Reads frames until the stream ends. Frames may be cut anywhere between chunks; comments are skipped. A stream that
 * sends nothing at all for `silenceMs` is taken for broken and throws: after a sleep nobody says that it ended.
 */
export async function* framesOf(
  stream: ReadableStream<Uint8Array>,
  silenceMs: number,
): AsyncGenerator<StreamFrame> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { value, done } = await withinSilence(reader.read(), silenceMs);
      if (done) return;
      rest += decoder.decode(value, { stream: true }).replaceAll('\r', '');
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const frame = frameOf(block);
        if (frame) yield frame;
      }
    }
  } finally {
    await reader.cancel();
  }
}

function withinSilence<Value>(read: Promise<Value>, silenceMs: number): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the event stream went silent')), silenceMs);
    read.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function frameOf(block: string): StreamFrame | null {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const value = line.slice(colon + 1).replace(/^ /, '');
    if (line.slice(0, colon) === 'event') event = value;
    if (line.slice(0, colon) === 'data') data.push(value);
  }
  return data.length === 0 ? null : { event, data: data.join('\n') };
}
