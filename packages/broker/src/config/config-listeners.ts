import type { ConfigValues } from '../metadata/configs/config-values.ts';
import {
  type ListenerEntry,
  parseListenerList,
  parseProtocolMap,
} from '../metadata/configs/listener-list.ts';

/** One address a node listens on, and what it tells others to connect to. */
export interface ListenerConfig {
  /** In upper case, as `listeners` names it: `PLAINTEXT`, `CONTROLLER`. */
  readonly name: string;
  readonly securityProtocol: 'PLAINTEXT';
  /** Empty for every interface. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** This machine's own name where neither list gives a host. */
  readonly advertisedHost: string;
  /** 0: the port that was taken. */
  readonly advertisedPort: number;
}

export interface ResolvedListeners {
  /** The listeners of clients and other brokers, at least one. */
  readonly listeners: readonly ListenerConfig[];
  readonly controllerListener: ListenerConfig;
  readonly interBrokerListenerName: string;
}

/** Tells what is wrong with the value of a key. */
export type Report = (key: string, message: string) => void;

/** Where a node listens and what it advertises; null, and reported, where that cannot be made out. */
export function resolveListeners(values: ConfigValues, report: Report): ResolvedListeners | null {
  const bound = entriesOf('listeners', values, report);
  const advertised = values.isSet('advertised.listeners')
    ? entriesOf('advertised.listeners', values, report)
    : [];
  const map = parseProtocolMap(values.string('listener.security.protocol.map'));
  if (map.kind === 'invalid') report('listener.security.protocol.map', map.message);
  if (bound === null || advertised === null || map.kind === 'invalid') return null;

  const controllerNames = values.list('controller.listener.names').map((name) => name.toUpperCase());
  checkProtocols({ bound, controllerNames, protocols: map.protocols }, values, report);
  checkAdvertised({ bound, advertised }, report);
  const resolved = bound.map((entry) => withAdvertised(entry, advertised));
  const listeners = resolved.filter(({ name }) => !controllerNames.includes(name));
  const controllerListener = resolved.find(({ name }) => name === controllerNames[0]);
  if (controllerListener === undefined) {
    report(
      'controller.listener.names',
      "controller.listener.names must only contain values appearing in the 'listeners' configuration",
    );
    return null;
  }
  return {
    listeners,
    controllerListener,
    interBrokerListenerName: interBrokerName(values, listeners, report),
  };
}

function entriesOf(
  key: 'listeners' | 'advertised.listeners',
  values: ConfigValues,
  report: Report,
): readonly ListenerEntry[] | null {
  const outcome = parseListenerList(values.list(key), { distinctPorts: key === 'listeners' });
  if (outcome.kind === 'parsed') return outcome.entries;
  report(key, outcome.message);
  return null;
}

/** A controller listener without an entry in a map that was not given is PLAINTEXT, as in Kafka. */
function checkProtocols(
  named: {
    readonly bound: readonly ListenerEntry[];
    readonly controllerNames: readonly string[];
    readonly protocols: ReadonlyMap<string, string>;
  },
  values: ConfigValues,
  report: Report,
): void {
  const mapWasGiven = values.isSet('listener.security.protocol.map');
  for (const { name } of named.bound) {
    const isController = named.controllerNames.includes(name);
    const protocol = named.protocols.get(name) ?? (isController && !mapWasGiven ? 'PLAINTEXT' : undefined);
    if (protocol === undefined) {
      report('listeners', `No security protocol defined for listener ${name}`);
    } else if (protocol !== 'PLAINTEXT') {
      report('listeners', `listener ${name} is ${protocol}; Odradek opens only PLAINTEXT listeners yet`);
    }
  }
}

function checkAdvertised(
  lists: { readonly bound: readonly ListenerEntry[]; readonly advertised: readonly ListenerEntry[] },
  report: Report,
): void {
  for (const { name } of lists.advertised) {
    if (!lists.bound.some((entry) => entry.name === name)) {
      report('advertised.listeners', `advertised.listeners names ${name}, which is not defined in listeners`);
    }
  }
  const effective = lists.bound.map(
    (entry) => lists.advertised.find(({ name }) => name === entry.name) ?? entry,
  );
  if (effective.some(({ host }) => host === '0.0.0.0')) {
    report(
      'advertised.listeners',
      'advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP address.',
    );
  }
}

function withAdvertised(entry: ListenerEntry, advertised: readonly ListenerEntry[]): ListenerConfig {
  const told = advertised.find(({ name }) => name === entry.name) ?? entry;
  return {
    name: entry.name,
    securityProtocol: 'PLAINTEXT',
    host: entry.host,
    port: entry.port,
    advertisedHost: told.host === '' ? process.getBuiltinModule('node:os').hostname() : told.host,
    advertisedPort: told.port,
  };
}

function interBrokerName(values: ConfigValues, listeners: readonly ListenerConfig[], report: Report): string {
  if (listeners.length === 0) {
    report(
      'listeners',
      'There must be at least one broker listener. Perhaps all listeners appear in controller.listener.names?',
    );
    return '';
  }
  const name = values.stringOrNull('inter.broker.listener.name')?.toUpperCase() ?? 'PLAINTEXT';
  if (!listeners.some((listener) => listener.name === name)) {
    const valid = listeners.map((listener) => listener.name).join(',');
    report(
      'inter.broker.listener.name',
      `inter.broker.listener.name must be a listener name defined in advertised.listeners, not ${name}. The valid options based on currently configured listeners are ${valid}`,
    );
  }
  return name;
}
