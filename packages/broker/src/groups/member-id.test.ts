import { expect, test } from 'vitest';
import { newMemberId } from './member-id.ts';

test('a member id is what the member calls itself and a random UUID as Java prints it', () => {
  const words = [0x01234567, 0x89abcdef, 0xfedcba98, 0x76543210];
  const random = { uint32: () => words.shift() ?? 0, uuid: () => '' };
  expect(newMemberId('consumer-1', random)).toBe('consumer-1-01234567-89ab-4def-bedc-ba9876543210');
});
