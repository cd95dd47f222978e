import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { systemErrorCode } from './system-error-code.ts';

test('an error has its code whatever realm its class is of', () => {
  const foreign: unknown = runInNewContext("Object.assign(new Error('no such file'), { code: 'ENOENT' })");
  expect(foreign).not.toBeInstanceOf(Error);
  expect(systemErrorCode(foreign)).toBe('ENOENT');
});

test.each([new Error('plain'), Object.assign(new Error('numbered'), { code: 2 }), 'ENOENT', null, undefined])(
  '%s has none',
  (error) => {
    expect(systemErrorCode(error)).toBe(null);
  },
);
