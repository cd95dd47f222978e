import { Failure } from '../failure.ts';

/** What is read of the client's errors: they nest, and carry Kafka's error name as `apiId`; the monitor's as `kafkaName`. */
interface ClientError extends Error {
  readonly apiId?: string;
  readonly kafkaName?: string;
  readonly serverErrorMessage?: string | null;
  readonly code?: string;
  readonly errors?: readonly unknown[];
}

/** One sentence for what went wrong between this program and a cluster. A {@link Failure} stays as it is. */
export function kafkaFailure(error: unknown, bootstrapServer: string): Failure {
  if (error instanceof Failure) return error;
  const errors = flattened(error);
  const refused = errors.filter((found) => kafkaNameOf(found) !== undefined);
  if (refused.length > 0) {
    const sentences = new Set(refused.map(refusalSentence));
    return new Failure([...sentences].join('; '), undefined, { cause: error });
  }
  const network = errors.findLast((found) => found.code !== undefined && NETWORK_SENTENCES.has(found.code));
  const why = NETWORK_SENTENCES.get(network?.code ?? '');
  if (why !== undefined) {
    return new Failure(
      `no broker answers at ${bootstrapServer}: ${why}. Is it running? (odradek up)`,
      undefined,
      {
        cause: error,
      },
    );
  }
  const message = errors.at(-1)?.message ?? String(error);
  return new Failure(`the cluster at ${bootstrapServer} could not be asked: ${message}`, undefined, {
    cause: error,
  });
}

/** The names of Kafka's errors inside a client's error. */
export function kafkaErrorNames(error: unknown): string[] {
  return flattened(error).flatMap((found) => kafkaNameOf(found) ?? []);
}

function kafkaNameOf({ apiId, kafkaName }: ClientError): string | undefined {
  return apiId ?? kafkaName;
}

const NETWORK_SENTENCES: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'the connection is refused'],
  ['ENOTFOUND', 'the name is not known'],
  ['EAI_AGAIN', 'the name cannot be looked up'],
  ['ETIMEDOUT', 'the connection timed out'],
  ['EHOSTUNREACH', 'the host cannot be reached'],
  ['ENETUNREACH', 'the network cannot be reached'],
  ['ECONNRESET', 'the connection was reset'],
  ['PLT_KFK_NETWORK', 'the connection failed'],
]);

function refusalSentence(error: ClientError): string {
  const name = String(kafkaNameOf(error));
  const text = error.serverErrorMessage ?? error.message;
  return text === '' ? name : `${name}: ${text}`;
}

/** The error, what it was caused by and what it is made of, outermost first. */
function flattened(error: unknown): ClientError[] {
  if (!(error instanceof Error)) return [];
  const found: ClientError = error;
  return [found, ...flattened(found.cause), ...(found.errors ?? []).flatMap((inner) => flattened(inner))];
}
