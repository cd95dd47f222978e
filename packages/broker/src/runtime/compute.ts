/** The port to work that would hold up the event loop: compression of large batches, cleaning of segments. */
export interface Compute {
  /** Runs a job off the loop and resolves with its result; rejects with what the job threw. */
  run<Input, Output>(job: ComputeJob<Input, Output>, input: Input): Promise<Output>;
}

/**
 * A named pure function. The name finds the same function inside a worker thread, where the job is registered
 * too; input and output must survive a structured clone.
 */
export interface ComputeJob<Input, Output> {
  readonly name: string;
  run(input: Input): Output | Promise<Output>;
}
