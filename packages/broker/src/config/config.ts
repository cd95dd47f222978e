import { readFileSync } from 'node:fs';
import { resolve as absolutePath } from 'node:path';
import { brokenBrokerRules } from '../metadata/configs/broker-config-rules.ts';
import { valueWithoutEffect } from '../metadata/configs/config-effect.ts';
import { ConfigValues } from '../metadata/configs/config-values.ts';
import { brokerConfigs } from '../metadata/configs/known-configs.ts';
import { parseConfigValue } from '../metadata/configs/parse-value.ts';
import { type PropertiesEntry, parseProperties } from '../metadata/configs/properties-text.ts';
import { type ListenerConfig, resolveListeners } from './config-listeners.ts';
import { type QuorumConfig, quorumConfig } from './config-quorum.ts';

/** What one node was told by its file and command line, checked as a whole. */
export interface BrokerConfig {
  readonly nodeId: number;
  /** `odradek.cluster.id`; null takes the one in the log directory, or draws one for a new directory. */
  readonly clusterId: string | null;
  readonly rack: string | null;
  /** The listeners of clients and other brokers, at least one. */
  readonly listeners: readonly ListenerConfig[];
  readonly controllerListener: ListenerConfig;
  readonly quorum: QuorumConfig;
  readonly interBrokerListenerName: string;
  /** Absolute paths, at least one. */
  readonly logDirs: readonly string[];
  /** Where `__cluster_metadata-0` lies; `logDirs[0]` unless `metadata.log.dir` says otherwise. */
  readonly metadataLogDir: string;
  /** Exactly what was given, by name: the static layer of every broker config. */
  readonly staticValues: ReadonlyMap<string, string>;
  /** Every broker config by name: static value or default. Values changed at run time are in the metadata image. */
  readonly values: ConfigValues;
}

/** What is wrong with one key; `line` is null where it did not come from a file. */
export interface ConfigProblem {
  readonly key: string | null;
  readonly line: number | null;
  readonly message: string;
}

/** Every problem found, not only the first. The message is fit to be shown as it is. */
export class BrokerConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(source: string, problems: readonly ConfigProblem[]) {
    super(problems.map((problem) => problemText(source, problem)).join('\n'));
    this.name = 'BrokerConfigError';
    this.problems = problems;
  }
}

/** Settings given beside the file (`--set key=value`, the supervisor); they win over the file's. */
export type ConfigOverrides = Readonly<Record<string, string>>;

/** The config in a `server.properties` file. Throws a {@link BrokerConfigError}, and what reading the file throws. */
export async function readBrokerConfig(path: string, overrides: ConfigOverrides = {}): Promise<BrokerConfig> {
  return brokerConfigFromText(readFileSync(path, 'utf8'), { source: path, overrides });
}

/** The config given as properties alone. Throws a {@link BrokerConfigError}. */
export function brokerConfigFrom(properties: ConfigOverrides): BrokerConfig {
  return brokerConfigFromText('', { source: 'the given properties', overrides: properties });
}

/** The config in the text of a properties file. Throws a {@link BrokerConfigError}. */
export function brokerConfigFromText(
  text: string,
  { source, overrides = {} }: { readonly source: string; readonly overrides?: ConfigOverrides },
): BrokerConfig {
  const entries = [
    ...parseProperties(text),
    ...Object.entries(overrides).map(([key, value]) => ({ key, value, line: null })),
  ];
  const given = new Map(entries.map((entry) => [entry.key, entry]));
  const problems = new ProblemList(given);
  for (const entry of given.values()) checkEntry(entry, problems);
  checkRequired(given, problems);
  if (problems.found.length > 0) throw new BrokerConfigError(source, problems.found);

  const staticValues = new Map([...given].map(([key, { value }]) => [key, value.trim()]));
  shareNodeId(staticValues);
  const config = assemble(staticValues, problems);
  if (config === null || problems.found.length > 0) throw new BrokerConfigError(source, problems.found);
  return config;
}

type GivenEntry = Omit<PropertiesEntry, 'line'> & { readonly line: number | null };

/** Collects problems and knows on which line a key was given. */
class ProblemList {
  readonly found: ConfigProblem[] = [];
  readonly #given: ReadonlyMap<string, GivenEntry>;

  constructor(given: ReadonlyMap<string, GivenEntry>) {
    this.#given = given;
  }

  add(key: string, message: string): void {
    this.found.push({ key, line: this.#given.get(key)?.line ?? null, message });
  }
}

function checkEntry({ key, value }: GivenEntry, problems: ProblemList): void {
  const definition = brokerConfigs.get(key);
  if (definition === undefined) {
    problems.add(key, `Unknown broker config name: ${key}`);
    return;
  }
  const outcome = parseConfigValue(definition, value);
  if (outcome.kind === 'invalid') {
    problems.add(key, outcome.message);
    return;
  }
  const ignored = valueWithoutEffect(definition, outcome.value);
  if (ignored !== null) problems.add(key, ignored);
}

function checkRequired(given: ReadonlyMap<string, GivenEntry>, problems: ProblemList): void {
  if (!given.has('node.id') && !given.has('broker.id')) {
    problems.add('node.id', 'Missing required configuration "node.id" which has no default value.');
  }
  for (const key of ['process.roles', 'controller.listener.names']) {
    if (!given.has(key)) {
      problems.add(key, `Missing required configuration "${key}" which has no default value.`);
    }
  }
}

/** `broker.id` and `node.id` are one setting under two names. */
function shareNodeId(staticValues: Map<string, string>): void {
  const nodeId = staticValues.get('node.id') ?? staticValues.get('broker.id');
  if (nodeId !== undefined) {
    staticValues.set('node.id', nodeId);
    if (!staticValues.has('broker.id')) staticValues.set('broker.id', nodeId);
  }
}

function assemble(staticValues: ReadonlyMap<string, string>, problems: ProblemList): BrokerConfig | null {
  const values = new ConfigValues(brokerConfigs, [staticValues]);
  checkRoles(values, problems);
  for (const { name, message } of brokenBrokerRules(values)) problems.add(name, message);
  const report = (key: string, message: string) => problems.add(key, message);
  const listeners = resolveListeners(values, report);
  if (listeners === null) return null;
  const quorum = quorumConfig(values, listeners.controllerListener, report);
  const logDirs = (values.text('log.dirs') === null ? values.list('log.dir') : values.list('log.dirs')).map(
    (directory) => absolutePath(directory),
  );
  const [firstLogDir = ''] = logDirs;
  const metadataLogDir = values.stringOrNull('metadata.log.dir');
  return {
    nodeId: values.number('node.id'),
    clusterId: values.stringOrNull('odradek.cluster.id'),
    rack: values.stringOrNull('broker.rack'),
    ...listeners,
    quorum,
    logDirs,
    metadataLogDir: metadataLogDir === null ? firstLogDir : absolutePath(metadataLogDir),
    staticValues,
    values,
  };
}

function checkRoles(values: ConfigValues, problems: ProblemList): void {
  const roles = values.list('process.roles');
  if (!roles.includes('broker') || !roles.includes('controller')) {
    problems.add('process.roles', 'process.roles must be broker,controller: every Odradek node is both');
  }
  if (values.number('node.id') !== values.number('broker.id')) {
    problems.add('broker.id', 'broker.id and node.id must agree where both are given');
  }
}

function problemText(source: string, { key, line, message }: ConfigProblem): string {
  const place = line === null ? source : `${source}, line ${line}`;
  return key === null || message.includes(key) ? `${place}: ${message}` : `${place}: ${key}: ${message}`;
}
