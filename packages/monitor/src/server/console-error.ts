import type { consoleErrorCodes, ErrorBody } from '@odradek/contract';

/** An answer that is not what was asked for: status, one of our codes, and a sentence. */
export class ConsoleError extends Error {
  readonly status: number;
  readonly code: (typeof consoleErrorCodes)[number];
  readonly field: string | null;

  constructor(
    status: number,
    code: (typeof consoleErrorCodes)[number],
    message: string,
    field: string | null = null,
  ) {
    super(message);
    this.name = 'ConsoleError';
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

/** The body of an error answer. */
export function errorBodyOf(
  error: Partial<ErrorBody['error']> & { code: string; message: string },
): ErrorBody {
  return { error: { field: null, retriable: false, tokenFile: null, ...error } };
}
