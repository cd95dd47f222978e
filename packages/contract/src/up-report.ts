import * as z from 'zod';

// What `odradek up --json` writes on standard output, a line each: how the command and whoever starts it (the desktop
// app, tests, scripts) agree.

const tcpPort = z.int().min(0).max(65_535);

/** What a running cluster tells whoever wants the same data directory. */
export const runningCluster = z.object({
  pid: z.int(),
  bootstrap: z.string(),
  /** `http://127.0.0.1:port`; null without a console. */
  console: z.string().nullable(),
  /** The same with the token in the fragment, as a link to open. */
  open: z.string().nullable(),
  /** The data directory, absolute. */
  data: z.string(),
});

export type RunningCluster = z.infer<typeof runningCluster>;

/** The first line: every listener and the console have answered. */
export const upReady = z.object({
  ready: z.literal(true),
  /** From the start of the process, in milliseconds. */
  ms: z.number(),
  bootstrap: z.string(),
  console: z.string().nullable(),
  open: z.string().nullable(),
  brokers: z.array(
    z.object({
      id: z.int(),
      pid: z.int().nullable(),
      port: tcpPort,
      controllerPort: tcpPort,
      /** The broker's own folder, absolute. */
      dir: z.string(),
    }),
  ),
});
export type UpReady = z.infer<typeof upReady>;

/** The first line in place of `upReady`, with exit code 3: the cluster runs already, started by another process. */
export const upRunning = z.object({ ready: z.literal(false), running: runningCluster });
export type UpRunning = z.infer<typeof upRunning>;

/** The first line in place of `upReady`: why nothing was started. */
export const upRefused = z.object({ ready: z.literal(false), reason: z.string() });
export type UpRefused = z.infer<typeof upRefused>;

export const upReport = z.union([upReady, upRunning, upRefused]);
export type UpReport = z.infer<typeof upReport>;

/** Each line after `upReady`: a broker's state has changed. */
export const brokerEvent = z.object({
  event: z.literal('broker'),
  id: z.int(),
  state: z.enum(['stopped', 'starting', 'running', 'paused', 'stopping', 'failed']),
  /** Null while there is no process. */
  pid: z.int().nullable(),
  /** Why it failed or died last. */
  reason: z.string().optional(),
});
export type BrokerEvent = z.infer<typeof brokerEvent>;
