import { connect } from 'node:net';
import { codec, type MessageName } from '@odradek/broker/protocol';
import { framed } from '../interop/differential/wire-client.ts';

type Api = MessageName extends infer Name ? (Name extends `${infer Name}Request` ? Name : never) : never;

/**
 * One request on a connection of its own. Resolves with the decoded response, or null when none came in time: the
 * broker is dead, paused or cut off.
 */
export function ask(
  address: string,
  request: { readonly api: Api; readonly version: number; readonly body: object },
  timeoutMs: number,
): Promise<unknown | null> {
  const { api, version, body } = request;
  const question = codec(`${api}Request` as MessageName);
  const answer = codec(`${api}Response` as MessageName);
  const frame = framed(question, version, 1, question.encode(body as never, version));
  const size = Buffer.alloc(4);
  size.writeInt32BE(frame.length);
  const [host = '', port = ''] = address.split(':');
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port) });
    const timer = setTimeout(() => settle(null), timeoutMs);
    const settle = (value: unknown | null) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(value);
    };
    let received = Buffer.alloc(0);
    socket.once('connect', () => socket.write(Buffer.concat([size, frame])));
    socket.once('error', () => settle(null));
    socket.once('close', () => settle(null));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 4 || received.length < 4 + received.readInt32BE(0)) return;
      const isFlexible = version >= answer.flexibleVersions.min && version <= answer.flexibleVersions.max;
      settle(answer.decode(received.subarray(isFlexible ? 9 : 8), version));
    });
  });
}
