import fs from 'node:fs';
import { isoTime } from './iso-time.ts';
import type { LogFields, Logger } from './logger.ts';
import { systemErrorCode } from './system-error-code.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** The numbers that pino and bunyan write, so that whatever reads their lines reads these. */
const NUMBERS = { debug: 20, info: 30, warn: 40, error: 50, silent: 100 } as const;

/**
 * Lines of JSON on standard error. Written synchronously: the last lines before an exit are the ones that are
 * read, and a broker logs events, not requests.
 */
export function jsonLogger(level: LogLevel, bound: LogFields = {}): Logger {
  const at = (name: keyof typeof NUMBERS) => {
    const number = NUMBERS[name];
    if (number < NUMBERS[level]) return () => {};
    return (fields: LogFields, message: string): void => {
      const time = isoTime(Date.now());
      writeWhole(`${textOf({ level: number, time, ...bound, ...fields, msg: message })}\n`);
    };
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => jsonLogger(level, { ...bound, ...fields }),
  };
}

function textOf(fields: LogFields): string {
  try {
    return JSON.stringify(fields, tellable);
  } catch {
    // Something in it cannot be told, a circle say: the rest still is.
    const texts = Object.entries(fields).map(([name, value]) => [name, tellableAlone(value)] as const);
    return JSON.stringify(Object.fromEntries(texts));
  }
}

function tellableAlone(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value, tellable) ?? 'null');
  } catch {
    return String(value);
  }
}

/** What JSON leaves out: why something failed, and integers of any size. */
function tellable(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (!(value instanceof Error)) return value;
  const { name: type, message, stack, cause } = value;
  return Object.assign({ type, message, stack }, cause !== undefined && { cause }, value);
}

const STANDARD_ERROR = 2;

/** A reader that takes nothing may hold a broker up for so long; then what is left of the line is lost. */
const WAITS_MAX = 100;
const WAIT_MS = 10;
const NEVER = new Int32Array(new SharedArrayBuffer(4));

function writeWhole(line: string): void {
  const bytes = Buffer.from(line);
  let written = 0;
  let waits = 0;
  while (written < bytes.length) {
    try {
      written += fs.writeSync(STANDARD_ERROR, bytes, written);
    } catch (error) {
      const isFull = systemErrorCode(error) === 'EAGAIN';
      // Nobody is there who could be told that nobody reads.
      if (!isFull || waits === WAITS_MAX) return;
      waits += 1;
      Atomics.wait(NEVER, 0, 0, WAIT_MS);
    }
  }
}
