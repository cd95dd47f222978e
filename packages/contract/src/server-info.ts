import * as z from 'zod';
import { timestampMs } from './scalars.ts';

/** How the console came to run: with its own cluster, alone, or inside the desktop app. */
export const startedAs = z.enum(['up', 'console', 'desktop']);
export type StartedAs = z.infer<typeof startedAs>;

export const serverInfo = z.object({
  version: z.string(),
  nodeVersion: z.string(),
  startedAt: timestampMs,
  startedAs,
  /** `http://127.0.0.1:port`. */
  url: z.string(),
  dataDirectory: z.string(),
  /** Where the token lies. The value itself is never sent. */
  tokenFile: z.string(),
  /** The managed cluster's bootstrap string, for copying; null when none is managed. */
  bootstrap: z.string().nullable(),
  /** The managed cluster's name; null when none is managed. */
  managedCluster: z.string().nullable(),
});
export type ServerInfo = z.infer<typeof serverInfo>;
