/** The port to work that would hold up the event loop: compression of large batches, cleaning of segments. */
export interface Compute {
  /**
   * Runs a job off the loop and resolves with its result; rejects with what the job threw, or with a
   * {@link ComputeError} when its thread died under it. Input and result are copied, but the buffers in `given`
   * move: the caller has lost them when this returns. A view is copied with the whole buffer behind it, so a small
   * one of a large buffer is better sliced before.
   */
  run<Input, Output>(
    job: ComputeJob<Input, Output>,
    input: Input,
    given?: readonly ArrayBuffer[],
  ): Promise<Output>;
}

/**
 * A named pure function. The name finds the same function inside a worker thread, where the job is registered
 * too; input and output must survive a structured clone. Memory that is shared (SharedArrayBuffer) stays shared.
 */
export interface ComputeJob<Input, Output> {
  readonly name: string;
  run(input: Input): Output | Promise<Output>;
  /** How many bytes the job has to work through: few are not worth the way to another thread and back. */
  sizeInBytes(input: Input): number;
  /** The arrays of the output that are its own, so that they can be moved rather than copied. */
  ownArrays?(output: Output): readonly Uint8Array[];
  /** What `run` threw in another thread, as an error of this one; an `Error` of that name unless given. */
  errorFrom?(name: string, message: string): Error;
}

/** The thread of a job died: the job may or may not have been at fault. */
export class ComputeError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ComputeError';
  }
}
