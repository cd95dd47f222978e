/** What a process of ours ends with. */
export const ExitCode = {
  OK: 0,
  /** The work could not be done; another attempt may succeed. */
  FAILED: 1,
  /** What was asked for, or the machine, has to change first. */
  USAGE: 2,
  /** The cluster of this data directory runs already. */
  ALREADY_RUNNING: 3,
} as const;

/** Ends a command with one sentence for a person, and a remedy where there is one. Never a stack. */
export class Failure extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = ExitCode.FAILED, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'Failure';
    this.exitCode = exitCode;
  }
}

/** A {@link Failure} because of what was asked for. */
export function usageFailure(message: string): Failure {
  return new Failure(message, ExitCode.USAGE);
}
