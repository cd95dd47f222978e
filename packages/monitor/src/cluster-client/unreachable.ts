import type { UnreachableKind } from '@odradek/contract';
import { addressText, type BrokerAddress } from './cluster-definition.ts';

/** A broker could not be asked. Its message is a whole sentence for a person. */
export class BrokerUnreachable extends Error {
  readonly kind: UnreachableKind;
  readonly address: BrokerAddress;

  constructor(kind: UnreachableKind, address: BrokerAddress, cause: unknown) {
    super(sentence(kind, address), { cause });
    this.name = 'BrokerUnreachable';
    this.kind = kind;
    this.address = address;
  }
}

/** Brokers were reached by their bootstrap address, but not by the address they advertise. */
export class AdvertisedListenerUnreachable extends BrokerUnreachable {
  constructor(advertised: BrokerAddress, cause: BrokerUnreachable) {
    super('advertised-listener', advertised, cause);
    this.message =
      `The bootstrap server answers and sends clients to ${addressText(advertised)}, which does not: ` +
      `${cause.message} Set advertised.listeners to an address that can be reached from here.`;
  }
}

/** Tells from a connection's error what kind of failure it was. */
export function unreachableKindOf(error: unknown): UnreachableKind {
  const faults = [...chain(error)];
  const matching = rules.find(({ matches }) => faults.some(matches));
  return matching?.kind ?? 'unknown';
}

interface Fault {
  readonly code: string;
  readonly message: string;
}

/** In this order: a SASL handshake that fails for want of TLS is reported as an authentication that failed, too. */
const rules: readonly { kind: UnreachableKind; matches: (fault: Fault) => boolean }[] = [
  { kind: 'dns', matches: ({ code }) => ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA'].includes(code) },
  { kind: 'refused', matches: ({ code }) => code === 'ECONNREFUSED' },
  {
    kind: 'tls',
    matches: ({ code, message }) =>
      /^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_)/.test(code) ||
      code === 'EPROTO' ||
      /requires TLS|TLS handshake|secure TLS connection/.test(message),
  },
  { kind: 'not-kafka', matches: ({ message }) => message === 'Connection closed' },
  { kind: 'sasl', matches: ({ code }) => code === 'PLT_KFK_AUTHENTICATION' },
  {
    kind: 'timeout',
    matches: ({ code, message }) =>
      ['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code) || /timed out/.test(message),
  },
];

function sentence(kind: UnreachableKind, address: BrokerAddress): string {
  const where = addressText(address);
  switch (kind) {
    case 'dns':
      return `The name ${address.host} is not known to DNS.`;
    case 'refused':
      return `Nothing listens on ${where}: the connection was refused.`;
    case 'timeout':
      return `${where} did not answer in time.`;
    case 'tls':
      return `TLS with ${where} failed: one side wants TLS and the other does not, or a certificate is not trusted.`;
    case 'sasl':
      return `${where} wants SASL, or refused its mechanism, user name or password.`;
    case 'not-kafka':
      return `${where} closed the connection without an answer: it may want TLS, or not be a Kafka broker.`;
    case 'advertised-listener':
    case 'unknown':
      return `${where} could not be asked.`;
  }
}

/** The error, its causes, and the errors it gathers, to a depth no real chain reaches. */
function* chain(error: unknown, depth = 0): Generator<Fault> {
  if (!(error instanceof Error) || depth > 10) {
    return;
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  yield { code, message: error.message };
  yield* chain(error.cause, depth + 1);
  if (error instanceof AggregateError) {
    for (const gathered of error.errors) {
      yield* chain(gathered, depth + 1);
    }
  }
}
