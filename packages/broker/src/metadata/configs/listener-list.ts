/** One entry of `listeners` or `advertised.listeners`: `NAME://host:port`. */
export interface ListenerEntry {
  /** In upper case. */
  readonly name: string;
  /** Without the brackets of an IPv6 address; empty for every interface. */
  readonly host: string;
  readonly port: number;
}

export type ListenerListOutcome =
  | { readonly kind: 'parsed'; readonly entries: readonly ListenerEntry[] }
  | { readonly kind: 'invalid'; readonly message: string };

/** Reads the entries; names must differ, and ports too unless they are 0. */
export function parseListenerList(
  texts: readonly string[],
  rule: { readonly distinctPorts: boolean },
): ListenerListOutcome {
  const entries: ListenerEntry[] = [];
  for (const text of texts) {
    const [, name, bracketed, plain, port] =
      /^([^:/]+):\/\/(?:\[([0-9a-zA-Z:%.]*)\]|([0-9a-zA-Z\-._]*)):([0-9]{1,5})$/.exec(text) ?? [];
    if (name === undefined || Number(port) > 65535) {
      return { kind: 'invalid', message: `Unable to parse ${text} to a broker endpoint` };
    }
    entries.push({ name: name.toUpperCase(), host: bracketed ?? plain ?? '', port: Number(port) });
  }
  if (new Set(entries.map(({ name }) => name)).size !== entries.length) {
    return { kind: 'invalid', message: 'Each listener must have a different name' };
  }
  const ports = entries.map(({ port }) => port).filter((port) => port !== 0);
  if (rule.distinctPorts && new Set(ports).size !== ports.length) {
    return { kind: 'invalid', message: 'Each listener must have a different port' };
  }
  return { kind: 'parsed', entries };
}

const SECURITY_PROTOCOLS = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'];

export type ProtocolMapOutcome =
  | { readonly kind: 'parsed'; readonly protocols: ReadonlyMap<string, string> }
  | { readonly kind: 'invalid'; readonly message: string };

/** Reads `listener.security.protocol.map`: `NAME:PROTOCOL` pairs separated by commas. */
export function parseProtocolMap(text: string): ProtocolMapOutcome {
  const protocols = new Map<string, string>();
  for (const pair of text.split(/\s*,\s*/).filter((part) => part !== '')) {
    const [, name, protocol] = /^([^:]+)\s*:\s*([^:]+)$/.exec(pair) ?? [];
    if (name === undefined || protocol === undefined) {
      return { kind: 'invalid', message: `${pair} is no pair of a listener name and a security protocol` };
    }
    if (!SECURITY_PROTOCOLS.includes(protocol.toUpperCase())) {
      return {
        kind: 'invalid',
        message: `Invalid security protocol \`${protocol}\` defined in listener.security.protocol.map`,
      };
    }
    protocols.set(name.toUpperCase(), protocol.toUpperCase());
  }
  return { kind: 'parsed', protocols };
}
