/** Why a log directory cannot be used; the message says what to do about it. */
export type DirectoryErrorCode =
  /** Another process has it. */
  | 'locked'
  /** It belongs to another cluster or node. */
  | 'foreign'
  /** The disk refuses: no permission, no space, no such place. */
  | 'unusable';

export class DirectoryError extends Error {
  readonly code: DirectoryErrorCode;

  constructor(code: DirectoryErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DirectoryError';
    this.code = code;
  }
}
