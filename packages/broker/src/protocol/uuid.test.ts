import { expect, it } from 'vitest';
import { uuidToBytes, uuidToText } from './uuid.ts';

/** Ids that differ in one byte only, at each place in turn: whatever they are told apart by, some of them share it. */
const similar = Array.from({ length: 16 }, (_, place) => {
  const bytes = new Uint8Array(16).fill(7);
  bytes[place] = 8;
  return bytes;
});

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

it('tells ids apart that are alike, however often they were met', () => {
  for (const _ of [1, 2, 3]) {
    for (const bytes of similar) {
      expect(uuidToText(bytes)).toBe(textOf(bytes));
      expect([...uuidToBytes(textOf(bytes))]).toEqual([...bytes]);
    }
  }
});

it('is not deceived by memory that is used again', () => {
  const memory = new Uint8Array(20).fill(3);
  const before = uuidToText(memory, 2);
  memory[5] = 4;
  expect(uuidToText(memory, 2)).not.toBe(before);
  expect(uuidToText(new Uint8Array(16).fill(3))).toBe(before);
});
