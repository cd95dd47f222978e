import { vi } from 'vitest';

/**
 * Vitest gives up after one second what is waited for without a time of its own: on a machine that is slow and busy a
 * file that is synchronized takes longer than that now and then.
 */
const PATIENCE_MS = 30_000;

const { waitFor, waitUntil } = vi;
vi.waitFor = (callback, options) => waitFor(callback, patient(options));
vi.waitUntil = (callback, options) => waitUntil(callback, patient(options));

function patient<Options extends object>(options: number | Options | undefined): number | Options {
  if (typeof options === 'number') return options;
  return { timeout: PATIENCE_MS, ...(options as Options) };
}
