import * as z from 'zod';

export const MANIFEST_FILE = 'cluster.json';

/** The version of `cluster.json` that this program writes; a higher one is refused. */
export const MANIFEST_FORMAT_VERSION = 2;

const tcpPort = z.int().min(1).max(65535);

/** Kafka's text form of a UUID. */
const uuid = z.string().regex(/^[A-Za-z0-9_-]{22}$/);

const brokerEntry = z.strictObject({
  id: z.int().min(0),
  /** Of the listener for clients and other brokers, on 127.0.0.1. */
  port: tcpPort,
  /** Of the CONTROLLER listener; any free one, kept so that voters find each other again. */
  controllerPort: tcpPort,
});
export type ManifestBroker = z.infer<typeof brokerEntry>;

const voterEntry = z.strictObject({
  id: z.int().min(0),
  /** The `directory.id` that its data directory was made with. */
  directoryId: uuid,
});

const common = {
  clusterId: uuid,
  brokers: z.array(brokerEntry).min(1),
  /** Broker configs given by the user, by Kafka's names. */
  settings: z.record(z.string(), z.string()),
};

const manifestSchema = z
  .strictObject({
    formatVersion: z.literal(MANIFEST_FORMAT_VERSION),
    ...common,
    /** The brokers that vote on metadata; chosen when the directory is created. */
    voters: z.array(voterEntry).min(1),
  })
  .refine(({ brokers }) => new Set(brokers.map(({ id }) => id)).size === brokers.length, {
    message: 'each broker has to have an id of its own',
    path: ['brokers'],
  })
  .refine(({ brokers, voters }) => voters.every(({ id }) => brokers.some((broker) => broker.id === id)), {
    message: 'each voter has to be one of the brokers',
    path: ['voters'],
  });

/** Written while clusters had one broker; the voters' directories were known to their brokers alone. */
const firstSchema = z.strictObject({
  formatVersion: z.literal(1),
  ...common,
  voters: z.array(z.int()).min(1),
});

/** What a cluster's directory says about the cluster: `cluster.json`. */
export type Manifest = z.infer<typeof manifestSchema>;
export type FirstManifest = z.infer<typeof firstSchema>;

export type ManifestOutcome =
  | { readonly kind: 'manifest'; readonly manifest: Manifest }
  /** Of format version 1. */
  | { readonly kind: 'first'; readonly manifest: FirstManifest }
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
  if (version.success && version.data.formatVersion === 1) {
    const first = firstSchema.safeParse(value);
    return first.success ? { kind: 'first', manifest: first.data } : unreadable(first.error);
  }
  const parsed = manifestSchema.safeParse(value);
  return parsed.success ? { kind: 'manifest', manifest: parsed.data } : unreadable(parsed.error);
}

function unreadable(error: z.ZodError): ManifestOutcome {
  return { kind: 'unreadable', reason: z.prettifyError(error).replaceAll('\n', ' ') };
}

export function formatManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** The directory of a broker's data, inside its folder. */
export const DATA_DIRECTORY = 'data';

/** The folder of one broker, inside the cluster's directory. */
export function brokerDirectoryName(id: number): string {
  return `broker-${id}`;
}
