import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecoderFuzz, tryMessage } from '../../test/fuzz/decoder-fuzz.ts';
import { messageArbitrary, versionArbitrary } from '../../test/message-arbitrary.ts';
import { decodeMessage, encodeMessage, type MessageDeclaration } from './message.ts';
import { messages } from './message-registry.ts';
import { Reader } from './reader.ts';

const declarations: readonly MessageDeclaration[] = Object.values(messages);
const declarationArbitrary = fc.constantFrom(...declarations);
const messageAndVersion = declarationArbitrary.chain((declaration) =>
  fc.record({ declaration: fc.constant(declaration), version: versionArbitrary(declaration) }),
);

describe('every decoder', () => {
  it('answers any bytes with a value or a typed error, and reads nothing outside them', () => {
    const property = fc.property(messageAndVersion, fc.uint8Array({ maxLength: 300 }), (target, bytes) => {
      tryMessage(target.declaration, target.version, new Uint8Array(bytes));
    });
    fc.assert(property, { numRuns: 3000 });
  });

  // `npm run fuzz` does the same a million times.
  it('answers mutated vectors and batches likewise', () => {
    const fuzz = new DecoderFuzz();
    const outcomes = new Set<string>();
    for (let index = 0; index < 10_000; index++) outcomes.add(fuzz.run(20_261_121, index));
    expect([...outcomes].sort()).toEqual(['decoded', 'malformed', 'trailing-bytes', 'truncated']);
  });

  it('gives back every value that was encoded', () => {
    const anyMessage = messageAndVersion.chain(({ declaration, version }) =>
      fc.record({
        declaration: fc.constant(declaration),
        version: fc.constant(version),
        value: messageArbitrary(declaration, version),
      }),
    );
    const property = fc.property(anyMessage, ({ declaration, version, value }) => {
      const bytes = encodeMessage(declaration, value, version);
      const decoded = decodeMessage(declaration, new Reader(bytes), version);
      expect(decoded).toMatchObject(value);
      expect(encodeMessage(declaration, decoded, version)).toEqual(bytes);
    });
    fc.assert(property, { numRuns: 2000 });
  });
});
