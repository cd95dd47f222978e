import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What opens the console: a secret in a file that only its owner can read. */
export interface AccessToken {
  readonly file: string;
  readonly value: string;
  /** Compares in constant time. */
  matches(candidate: string): boolean;
}

const TOKEN_BYTES = 32;
const OWNER_ONLY = 0o600;

/** The directory's token, made when there is none. The file's mode is set right where it is not. */
export function openAccessToken(dataDirectory: string): AccessToken {
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const file = join(dataDirectory, 'console-token');
  const value = keptToken(file) ?? makeToken(file);
  return { file, value, matches: (candidate) => timingSafeEqual(digest(candidate), digest(value)) };
}

function keptToken(file: string): string | null {
  try {
    const value = readFileSync(file, 'utf8').trim();
    chmodSync(file, OWNER_ONLY);
    return value.length >= TOKEN_BYTES ? value : null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return null;
    }
    throw error;
  }
}

function makeToken(file: string): string {
  const value = randomBytes(TOKEN_BYTES).toString('base64url');
  writeFileSync(file, `${value}\n`, { mode: OWNER_ONLY });
  chmodSync(file, OWNER_ONLY);
  return value;
}

/** Equal lengths, as the comparison wants them, whatever was sent. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
