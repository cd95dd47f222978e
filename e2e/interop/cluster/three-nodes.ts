import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { javaClassPath } from '../../tools/workshop.mjs';
import { freePort } from '../broker-under-test.ts';
import type { KafkaTools } from '../kafka-tools.ts';
import { ClusterNode } from './cluster-node.ts';

/** Three nodes, each broker and controller. */
export interface ThreeNodes {
  readonly name: 'Apache Kafka' | 'Odradek';
  readonly nodes: readonly ClusterNode[];
  /** Holds the log directories of node `n` as `n/a` and `n/b`. */
  readonly folder: string;
  /** Ends all processes and removes what they kept. */
  close(): Promise<void>;
}

type Settings = Readonly<Record<string, string>>;
/** The same for all nodes, or for each its own. */
type NodeSettings = Settings | ((id: number) => Settings);

const CLUSTER_ID = 'MkU3OEVBNTcwNTJENDM2Qg';
/** Of the first log directory of each node; drawn here so that both clusters have the same. */
const DIRECTORY_IDS: Readonly<Record<number, string>> = {
  1: 'b2RyYWRlay1ub2RlLTEtYQ',
  2: 'b2RyYWRlay1ub2RlLTItYQ',
  3: 'b2RyYWRlay1ub2RlLTMtYQ',
};
const NODE_IDS = [1, 2, 3];
const SMALL_JVM = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/** Three processes of Apache Kafka 4.3.1. */
export async function startThreeKafkas(tools: KafkaTools, settings: NodeSettings = {}): Promise<ThreeNodes> {
  const written = await writeProperties('odradek-three-kafkas-', settings);
  for (const { file } of written.nodes) {
    const initial = ['--initial-controllers', written.initialControllers];
    await tools.run('kafka.tools.StorageTool', ['format', '-t', CLUSTER_ID, ...initial, '-c', file]);
  }
  const kafka = (file: string) =>
    ['java', ...SMALL_JVM, '-cp', javaClassPath('kafka'), 'kafka.Kafka', file] as const;
  return startAll('Apache Kafka', written, kafka);
}

/** Three processes of `odradek broker`, with the same properties. */
export async function startThreeOdradeks(settings: NodeSettings = {}): Promise<ThreeNodes> {
  const written = await writeProperties('odradek-three-odradeks-', settings, (initialControllers) => ({
    'odradek.cluster.id': CLUSTER_ID,
    'odradek.initial.controllers': initialControllers,
  }));
  const program = resolve(import.meta.dirname, '../../../bin/odradek');
  return startAll('Odradek', written, (file) => [program, 'broker', '--config', file]);
}

interface WrittenNode extends Pick<ClusterNode, 'id' | 'bootstrap' | 'controller'> {
  readonly file: string;
}

interface Written {
  readonly folder: string;
  readonly nodes: readonly WrittenNode[];
  readonly initialControllers: string;
}

function startAll(
  name: ThreeNodes['name'],
  { folder, nodes: written }: Written,
  commandFor: (file: string) => readonly [string, ...string[]],
): ThreeNodes {
  const nodes = written.map((node) => new ClusterNode(node, commandFor(node.file)));
  for (const node of nodes) node.start();
  return {
    name,
    nodes,
    folder,
    close: async () => {
      await Promise.all(nodes.map((node) => node.end('SIGKILL')));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function writeProperties(
  prefix: string,
  settings: NodeSettings,
  own: (initialControllers: string) => Settings = () => ({}),
): Promise<Written> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  const nodes: WrittenNode[] = [];
  for (const id of NODE_IDS) {
    nodes.push({
      id,
      bootstrap: `127.0.0.1:${await freePort()}`,
      controller: `127.0.0.1:${await freePort()}`,
      file: join(folder, `${id}.properties`),
    });
  }
  const initialControllers = nodes
    .map(({ id, controller }) => `${id}@${controller}:${DIRECTORY_IDS[id]}`)
    .join(',');
  for (const node of nodes) {
    await mkdir(join(folder, String(node.id)));
    const set = typeof settings === 'function' ? settings(node.id) : settings;
    const properties = { ...propertiesOf(node, nodes, folder), ...set, ...own(initialControllers) };
    const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`);
    await writeFile(node.file, lines.join(''));
  }
  return { folder, nodes, initialControllers };
}

function propertiesOf(node: WrittenNode, all: readonly WrittenNode[], folder: string): Settings {
  return {
    'process.roles': 'broker,controller',
    'node.id': String(node.id),
    'controller.quorum.bootstrap.servers': all.map(({ controller }) => controller).join(','),
    listeners: `PLAINTEXT://${node.bootstrap},CONTROLLER://${node.controller}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': `${join(folder, String(node.id), 'a')},${join(folder, String(node.id), 'b')}`,
    'broker.heartbeat.interval.ms': '500',
    'broker.session.timeout.ms': '9000',
    'auto.leader.rebalance.enable': 'false',
    'auto.create.topics.enable': 'false',
    'offsets.topic.num.partitions': '3',
    'transaction.state.log.num.partitions': '3',
    'group.initial.rebalance.delay.ms': '0',
  };
}
