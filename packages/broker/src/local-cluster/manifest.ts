import * as z from 'zod';

/** The version of `cluster.json` that this program writes; a higher one is refused. */
export const MANIFEST_FORMAT_VERSION = 1;

const tcpPort = z.int().min(1).max(65535);

const brokerEntry = z.strictObject({
  id: z.int().min(0),
  /** Of the listener for clients and other brokers, on 127.0.0.1. */
  port: tcpPort,
  /** Of the CONTROLLER listener; any free one, kept so that voters find each other again. */
  controllerPort: tcpPort,
});
export type ManifestBroker = z.infer<typeof brokerEntry>;

const manifestSchema = z.strictObject({
  formatVersion: z.literal(MANIFEST_FORMAT_VERSION),
  /** Kafka's 22-character text form. */
  clusterId: z.string().regex(/^[A-Za-z0-9_-]{22}$/),
  brokers: z.array(brokerEntry).min(1),
  /** Ids of the brokers that vote on metadata; chosen when the directory is created. */
  voters: z.array(z.int()).min(1),
  /** Broker configs given by the user, by Kafka's names. */
  settings: z.record(z.string(), z.string()),
});

/** What a cluster's directory says about the cluster: `cluster.json`. */
export type Manifest = z.infer<typeof manifestSchema>;

export type ManifestOutcome =
  | { readonly kind: 'manifest'; readonly manifest: Manifest }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Reads the text of `cluster.json`; the reason names what is wrong with it and where. */
export function parseManifest(text: string): ManifestOutcome {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { kind: 'unreadable', reason: error instanceof Error ? error.message : 'not JSON' };
  }
  const version = z.object({ formatVersion: z.int() }).safeParse(value);
  if (version.success && version.data.formatVersion > MANIFEST_FORMAT_VERSION) {
    return {
      kind: 'unreadable',
      reason: `format version ${version.data.formatVersion} was written by a newer Odradek; this one knows up to ${MANIFEST_FORMAT_VERSION}`,
    };
  }
  const parsed = manifestSchema.safeParse(value);
  return parsed.success
    ? { kind: 'manifest', manifest: parsed.data }
    : { kind: 'unreadable', reason: z.prettifyError(parsed.error).replaceAll('\n', ' ') };
}

export function formatManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** The folder of one broker, inside the cluster's directory. */
export function brokerDirectoryName(id: number): string {
  return `broker-${id}`;
}
