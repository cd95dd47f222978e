import type { ConfigDefinition, ConfigDefinitions } from '../../src/metadata/configs/config-definition.ts';
import { describeRule } from '../../src/metadata/configs/config-rule.ts';
import {
  brokerConfigs,
  clientMetricsConfigs,
  groupConfigs,
  topicConfigs,
} from '../../src/metadata/configs/known-configs.ts';

const INTRODUCTION = `# Configs

Every broker, topic, group and client metrics config of Apache Kafka 4.3.1, and Odradek's own, which begin with
\`odradek.\`. This page is generated: \`node scripts/configs-doc.mjs\` writes it, a test holds it to the code.

| effect | meaning |
|---|---|
| **acts** | the value is honoured |
| **fixed** | Odradek always behaves as the default says; another value is INVALID_CONFIG |
| **refused** | it belongs to a feature Odradek does not have; a value other than the default is INVALID_CONFIG |

So nothing is ever stored and ignored. Broker configs are read from \`server.properties\` (\`--set key=value\` of
\`odradek up\`); those whose change says *all* can be set at run time for all brokers or for one, *one* for one broker
only, *restart* not at all. Topics of clients take no \`cleanup.policy\` with \`compact\` yet; the coordinators' own topics
carry it and are not cleaned yet.
`;

/** The text of `docs/configs.md`. */
export function configsDocument(): string {
  return [
    INTRODUCTION,
    section('Topic configs', topicConfigs, [['inherits', ({ synonyms }) => synonyms.map(code).join(', ')]]),
    section('Broker configs', brokerConfigs, [['change', changeOf]]),
    section('Group configs', groupConfigs, [['inherits', ({ synonyms }) => synonyms.map(code).join(', ')]]),
    section('Client metrics configs', clientMetricsConfigs, []),
  ].join('\n');
}

type Column = readonly [title: string, cell: (definition: ConfigDefinition) => string];

function section(title: string, definitions: ConfigDefinitions, extra: readonly Column[]): string {
  const columns: readonly Column[] = [
    ['config', ({ name }) => code(name)],
    ['effect', ({ effect }) => (effect === 'acts' ? '**acts**' : effect)],
    ['type', ({ type }) => type.toLowerCase()],
    ['default', defaultOf],
    ['values', ({ rule }) => (rule === null ? '' : escaped(describeRule(rule)))],
    ...extra,
    ['what it says', ({ text }) => escaped(text)],
  ];
  const rows = [...definitions.values()].map((definition) => columns.map(([, cell]) => cell(definition)));
  return [
    `## ${title}`,
    '',
    row(columns.map(([name]) => name)),
    row(columns.map(() => '---')),
    ...rows.map(row),
    '',
  ].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function defaultOf({ default: text }: ConfigDefinition): string {
  if (text === undefined) return '*required*';
  if (text === null) return '';
  return text === '' ? '*empty*' : code(text.replaceAll(',', ', '));
}

function changeOf({ scope }: ConfigDefinition): string {
  if (scope === 'read-only') return 'restart';
  return scope === 'per-broker' ? 'one' : 'all';
}

function code(text: string): string {
  return `\`${text}\``;
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|');
}
