import type { ConfigValues } from '../metadata/configs/config-values.ts';
import { ZERO_UUID } from '../protocol/uuid.ts';
import type { VoterNode } from '../raft/voter-set.ts';
import type { SocketAddress } from '../runtime/network.ts';
import type { ListenerConfig, Report } from './config-listeners.ts';

/** What a node was told of those who vote on metadata. What its directory says already counts more. */
export interface QuorumConfig {
  /** `odradek.initial.controllers`: the voters that the directories of a new cluster begin with (KIP-853). */
  readonly initialControllers: readonly VoterNode[];
  /** `controller.quorum.voters`: voters for good, whose directories nobody knows (KIP-595). */
  readonly staticVoters: readonly VoterNode[];
  /** `controller.quorum.bootstrap.servers`: whom a node asks that knows of no voters. */
  readonly bootstrapServers: readonly SocketAddress[];
}

const INITIAL_CONTROLLERS = 'odradek.initial.controllers';
const STATIC_VOTERS = 'controller.quorum.voters';
const BOOTSTRAP_SERVERS = 'controller.quorum.bootstrap.servers';

/** Reads the three lists; what cannot be read in them is reported and left out. */
export function quorumConfig(
  values: ConfigValues,
  controllerListener: Pick<ListenerConfig, 'name' | 'port' | 'advertisedPort'>,
  report: Report,
): QuorumConfig {
  const config = readLists(values, controllerListener.name, report);
  const nodeId = values.number('node.id');
  const ownPort = config.initialControllers.find(({ id }) => id === nodeId)?.endpoints[0]?.port;
  const { port, advertisedPort } = controllerListener;
  if (ownPort !== undefined && port !== 0 && ownPort !== port && ownPort !== advertisedPort) {
    const text = `node ${nodeId} is at port ${ownPort}, and this node's ${controllerListener.name} listener at ${port}`;
    report(INITIAL_CONTROLLERS, `${text}: two nodes must not have one node.id`);
  }
  const voterIds = config.staticVoters.map(({ id }) => id);
  if (voterIds.length > 0 && !voterIds.includes(nodeId)) {
    const text = `If process.roles contains the 'controller' role, the node id ${nodeId} must be included in the set of voters`;
    report(STATIC_VOTERS, `${text} ${STATIC_VOTERS}=${voterIds.join(',')}`);
  }
  return config;
}

function readLists(values: ConfigValues, controllerListenerName: string, report: Report): QuorumConfig {
  const endpointsAt = ({ host, port }: SocketAddress) => [{ name: controllerListenerName, host, port }];
  const voters = (key: string, form: string, parse: (text: string) => ParsedVoter | null): VoterNode[] => {
    const nodes = values.list(key).flatMap((text) => {
      const parsed = parse(text);
      if (parsed === null) report(key, `${text} is not of the form ${form}`);
      return parsed === null ? [] : [{ ...parsed, endpoints: endpointsAt(parsed.address) }];
    });
    const ids = nodes.map(({ id }) => id);
    const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
    if (repeated !== undefined) report(key, `node ${repeated} is named twice`);
    return nodes.map(({ id, directoryId, endpoints }) => ({ id, directoryId, endpoints }));
  };
  return {
    initialControllers: voters(INITIAL_CONTROLLERS, 'id@host:port:directoryId', initialController),
    staticVoters: voters(STATIC_VOTERS, 'id@host:port', staticVoter),
    bootstrapServers: values.list(BOOTSTRAP_SERVERS).flatMap((text) => {
      const address = addressIn(text);
      if (address === null) report(BOOTSTRAP_SERVERS, `${text} is not of the form host:port`);
      return address ?? [];
    }),
  };
}

interface ParsedVoter {
  readonly id: number;
  readonly address: SocketAddress;
  readonly directoryId: string;
}

function initialController(text: string): ParsedVoter | null {
  const [, id, address, directoryId] = /^([0-9]{1,10})@(.+):([A-Za-z0-9_-]{22})$/.exec(text) ?? [];
  const parsed = address === undefined ? null : addressIn(address);
  return parsed === null || directoryId === undefined
    ? null
    : { id: Number(id), address: parsed, directoryId };
}

function staticVoter(text: string): ParsedVoter | null {
  const [, id, address] = /^([0-9]{1,10})@(.+)$/.exec(text) ?? [];
  const parsed = address === undefined ? null : addressIn(address);
  return parsed === null ? null : { id: Number(id), address: parsed, directoryId: ZERO_UUID };
}

/** An IPv6 address stands in brackets. */
function addressIn(text: string): SocketAddress | null {
  const [, bracketed, plain, port] = /^(?:\[([^\s[\]]+)\]|([^\s:[\]]+)):([0-9]{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  return host === undefined || port === undefined || Number(port) > 65_535
    ? null
    : { host, port: Number(port) };
}
