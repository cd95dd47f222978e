import type { Worker } from 'node:worker_threads';
import { ComputeError, type ComputeJob } from './compute.ts';
import type { JobAnswer, JobRequest } from './job-server.ts';

/** A job with the promise that waits for it. */
export interface ComputeTask {
  readonly job: ComputeJob<unknown, unknown>;
  readonly input: unknown;
  readonly given: readonly ArrayBuffer[];
  resolve(output: unknown): void;
  reject(error: unknown): void;
}

export interface ComputeThreadListener {
  /** The thread has nothing to do. */
  free(thread: ComputeThread): void;
  /** The thread is no more, and whatever it had to do was rejected. */
  ended(thread: ComputeThread): void;
}

/** One worker thread, which does one job at a time. While it has none it keeps no process alive. */
export class ComputeThread {
  readonly #worker: Worker;
  readonly #listener: ComputeThreadListener;
  readonly #idleMs: number;
  #task: ComputeTask | null = null;
  #idleTimer: NodeJS.Timeout | null = null;
  #reason: unknown = null;

  constructor(entry: URL, idleMs: number, listener: ComputeThreadListener) {
    this.#listener = listener;
    this.#idleMs = idleMs;
    // What node was started with for the main thread (loaders, inspectors) is not for this one.
    // Most brokers never have a job for a thread, and the module takes 2 MB.
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    this.#worker = new Worker(entry, { name: 'compute', execArgv: [] });
    this.#worker.on('message', (answer: JobAnswer) => this.#answered(answer));
    this.#worker.on('messageerror', (error) => this.#end(error));
    this.#worker.on('error', (error) => {
      this.#reason = error;
    });
    this.#worker.on('exit', (code) => this.#exited(code));
    this.#worker.unref();
  }

  get isFree(): boolean {
    return this.#task === null;
  }

  /** Does one job; to be called of a free thread only. */
  take(task: ComputeTask): void {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.#idleTimer = null;
    this.#task = task;
    this.#worker.ref();
    const request: JobRequest = { name: task.job.name, input: task.input };
    try {
      this.#worker.postMessage(request, [...task.given]);
    } catch (error) {
      // What cannot be cloned is the caller's mistake; the thread has not seen it.
      this.#task = null;
      task.reject(error);
      this.#rest();
    }
  }

  #answered(answer: JobAnswer): void {
    const task = this.#task;
    this.#task = null;
    if (answer.kind === 'done') task?.resolve(answer.output);
    else task?.reject(errorOf(task.job, answer));
    this.#rest();
  }

  #rest(): void {
    this.#worker.unref();
    this.#idleTimer = setTimeout(() => this.#end(null), this.#idleMs).unref();
    this.#listener.free(this);
  }

  #end(reason: unknown): void {
    this.#reason = reason;
    void this.#worker.terminate();
    this.#listener.ended(this);
  }

  #exited(code: number): void {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    const task = this.#task;
    this.#task = null;
    this.#listener.ended(this);
    task?.reject(
      new ComputeError(`The thread of job ${task.job.name} ended with code ${code}`, { cause: this.#reason }),
    );
  }
}

function errorOf(job: ComputeTask['job'], { name, message, stack }: JobAnswer & { kind: 'failed' }): Error {
  const error = job.errorFrom?.(name, message) ?? Object.assign(new Error(message), { name });
  if (stack !== undefined) error.stack = stack;
  return error;
}
