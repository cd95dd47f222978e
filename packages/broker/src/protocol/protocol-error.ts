/**
 * What was wrong with bytes that were to be decoded, or with a value that was to be encoded.
 * - `truncated`: the bytes end inside a value, or announce more than is left.
 * - `malformed`: the bytes cannot be a value of the declared type (a null where none is allowed, an overlong varint …).
 * - `trailing-bytes`: bytes are left over after the whole message.
 * - `unsupported-version`: the message is not defined in that version.
 * - `unencodable`: a value does not fit its field, or is set in a version that has no place for it.
 */
export type ProtocolErrorCode =
  | 'truncated'
  | 'malformed'
  | 'trailing-bytes'
  | 'unsupported-version'
  | 'unencodable'
  | 'unknown-message';

/** The only error that the codecs of this room throw for bad input. */
export class ProtocolError extends Error {
  readonly code: ProtocolErrorCode;

  constructor(code: ProtocolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProtocolError';
    this.code = code;
  }
}
