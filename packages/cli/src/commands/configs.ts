import { usageFailure } from '../failure.ts';
import { type BootstrapOption, type KafkaSession, withKafka } from '../kafka/client.ts';
import { print, printJson } from '../standard-output.ts';
import { textTable } from '../text-table.ts';

export const ENTITY_TYPES = ['topics', 'brokers', 'groups'] as const;
export type EntityType = (typeof ENTITY_TYPES)[number];

interface Common extends BootstrapOption {
  readonly entityType: EntityType;
  /** Empty for the default of all brokers. */
  readonly entityName: string;
  readonly json?: boolean;
}

const SOURCES: ReadonlyMap<number, string> = new Map([
  [1, 'topic'],
  [2, 'broker'],
  [3, 'all brokers'],
  [4, 'server.properties'],
  [5, 'default'],
  [8, 'group'],
]);

/** Without `all` only what differs from the default. */
export async function describeConfigs(options: Common & { readonly all?: boolean }): Promise<void> {
  await withKafka(options, async (session) => {
    const [found] = await session.admin.describeConfigs({
      resources: [
        { resourceType: resourceType(session, options.entityType), resourceName: options.entityName },
      ],
      includeSynonyms: true,
      includeDocumentation: options.json === true,
    });
    const { DEFAULT_CONFIG } = session.library.ConfigSources;
    const configs = (found?.configs ?? [])
      .filter(({ configSource }) => options.all === true || configSource !== DEFAULT_CONFIG)
      .sort((left, right) => (left.name < right.name ? -1 : 1));
    const rows = configs.map((config) => ({
      name: config.name,
      value: config.isSensitive ? null : (config.value ?? null),
      source: SOURCES.get(config.configSource) ?? 'unknown',
      readOnly: config.readOnly,
      sensitive: config.isSensitive,
      synonyms: config.synonyms.map(({ name, value, source }) => ({
        name,
        value,
        source: SOURCES.get(source) ?? 'unknown',
      })),
      documentation: config.documentation,
    }));
    if (options.json === true) for (const row of rows) printJson(row);
    else
      print(
        textTable(
          ['CONFIG', 'VALUE', 'SOURCE'],
          rows.map(({ name, value, source }) => [name, value, source]),
        ),
      );
  });
}

export async function alterConfigs(
  options: Common & {
    readonly set?: Readonly<Record<string, string>>;
    readonly delete?: readonly string[];
    readonly validateOnly?: boolean;
  },
): Promise<void> {
  const set = Object.entries(options.set ?? {});
  const removed = options.delete ?? [];
  if (set.length + removed.length === 0)
    throw usageFailure('name what to change: --set key=value or --delete key');
  await withKafka(options, async (session) => {
    const { SET, DELETE } = session.library.IncrementalAlterConfigOperationTypes;
    await session.admin.incrementalAlterConfigs({
      resources: [
        {
          resourceType: resourceType(session, options.entityType),
          resourceName: options.entityName,
          configs: [
            ...set.map(([name, value]) => ({ name, configOperation: SET, value })),
            ...removed.map((name) => ({ name, configOperation: DELETE })),
          ],
        },
      ],
      validateOnly: options.validateOnly === true,
    });
    const changed = { set: Object.fromEntries(set), deleted: removed };
    const what = `${options.entityType} ${options.entityName}`.trim();
    if (options.json === true)
      printJson({ entityType: options.entityType, entityName: options.entityName, ...changed });
    else print(options.validateOnly === true ? `valid for ${what}` : `changed ${what}`);
  });
}

function resourceType({ library }: KafkaSession, entityType: EntityType) {
  const { TOPIC, BROKER, GROUP } = library.ConfigResourceTypes;
  switch (entityType) {
    case 'topics':
      return TOPIC;
    case 'brokers':
      return BROKER;
    case 'groups':
      return GROUP;
  }
}
