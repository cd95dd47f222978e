import { codec } from '@odradek/broker/protocol';
import type { DifferentialCase } from './differential-case.ts';
import { framed, type WireClient } from './wire-client.ts';

const metadata = codec('MetadataRequest');

/** Frames that are wrong below the level of any API: what matters is whether the connection survives them. */
export const framingCases: readonly DifferentialCase[] = [
  raw('an unknown API key', sized(Buffer.from('7fff0000000000010000', 'hex'))),
  raw('an unknown version of Metadata', sized(withVersion(99))),
  raw('a version of Metadata below zero', sized(withVersion(-1))),
  raw('an empty frame', Buffer.alloc(4)),
  raw('a frame with a negative size', Buffer.from('ffffffff', 'hex')),
  raw('a frame that announces two gigabytes', Buffer.from('7fffffff', 'hex')),
  raw('a frame of noise', sized(Buffer.from('deadbeef'.repeat(16), 'hex'))),
  raw('a request body that is cut short', sized(metadataFrame().subarray(0, -3))),
  raw('an array that announces more elements than the frame holds', sized(manyTopics())),
  raw(
    'Produce below version 3',
    sized(Buffer.concat([Buffer.from('0000000200000001ffff', 'hex'), Buffer.alloc(10)])),
  ),
  {
    name: 'ApiVersions in every version, and in one that is too new',
    run: async (client) => {
      const answers = [];
      for (const version of [0, 1, 2, 3, 4]) {
        answers.push(apiRanges(await client.send('ApiVersions', version, software)));
      }
      const future = framed({ apiKey: 18, flexibleVersions: { min: 3, max: 99 } }, 99, 7, Buffer.alloc(0));
      const answer = await client.exchange(future);
      answers.push(answer?.subarray(0, 6).toString('hex'));
      return answers;
    },
  },
  {
    name: 'ApiVersions with a client name that is not one',
    run: (client) =>
      client.send('ApiVersions', 3, { clientSoftwareName: 'no spaces', clientSoftwareVersion: '1' }),
  },
];

const software = { clientSoftwareName: 'differential', clientSoftwareVersion: '1' };

function raw(name: string, bytes: Uint8Array): DifferentialCase {
  return {
    name,
    run: async (client: WireClient) => {
      const answer = await client.sendRaw(bytes);
      return answer === null ? 'closed' : 'answered';
    },
  };
}

function sized(frame: Uint8Array): Uint8Array {
  const size = Buffer.alloc(4);
  size.writeInt32BE(frame.length);
  return Buffer.concat([size, frame]);
}

function metadataFrame(): Uint8Array {
  return framed(metadata, 8, 1, metadata.encode({ topics: [{ name: 'some-topic' }] }, 8));
}

function withVersion(version: number): Uint8Array {
  const frame = Buffer.from(metadataFrame());
  frame.writeInt16BE(version, 2);
  return frame;
}

function manyTopics(): Uint8Array {
  const frame = Buffer.from(metadataFrame());
  frame.writeInt32BE(0x7fff_fff0, frame.length - 'some-topic'.length - 2 - 3 - 4);
  return frame;
}

/**
 * The ranges of the APIs that Odradek has: Kafka advertises more, and Odradek starts Produce and ListOffsets at 0
 * for old clients (librdkafka, Burrow), where Kafka's own start at 3 for Produce is hidden the same way.
 */
function apiRanges(answer: unknown): unknown {
  const { response } = answer as { response: { errorCode: number; apiKeys: { apiKey: number }[] } };
  const shared = new Set([
    1, 3, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21, 23, 32, 33, 35, 37, 42, 44, 47, 60, 74, 75,
  ]);
  const keys = response.apiKeys
    .filter(({ apiKey }) => shared.has(apiKey))
    .toSorted((a, b) => a.apiKey - b.apiKey);
  return { errorCode: response.errorCode, keys };
}
