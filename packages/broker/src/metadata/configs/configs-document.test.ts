import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configsDocument } from '../../../test/metadata/configs-document.ts';
import type { ConfigDefinition } from './config-definition.ts';
import { brokerConfigs, topicConfigs } from './known-configs.ts';

const source = join(import.meta.dirname, '..', '..');

test('docs/configs.md is what the definitions say (else run scripts/configs-doc.mjs)', () => {
  const written = readFileSync(join(source, '../../../docs/configs.md'), 'utf8');
  expect(written).toBe(configsDocument());
});

test('a config that acts is read by some room, and one that is refused by none', () => {
  const code = codeOutsideOfTables();
  const isRead = ({ name }: ConfigDefinition) => code.includes(`'${name}'`);
  const throughTopics = new Set(
    [...topicConfigs.values()].filter(isRead).flatMap(({ synonyms }) => synonyms),
  );
  const definitions = [...topicConfigs.values(), ...brokerConfigs.values()];
  const idle = definitions.filter(
    (definition) =>
      definition.effect === 'acts' && !isRead(definition) && !throughTopics.has(definition.name),
  );
  expect(idle.map(({ name }) => name)).toEqual([]);
  const refusedButRead = definitions.filter(
    (definition) => definition.effect === 'refused' && isRead(definition),
  );
  expect(refusedButRead.map(({ name }) => name)).toEqual([]);
});

/** What the rooms and the composition root are made of, without the tables themselves. */
function codeOutsideOfTables(): string {
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .filter((path) => !path.startsWith('metadata/configs/') && !path.startsWith('local-cluster/'))
    .map((path) => readFileSync(join(source, path), 'utf8'))
    .join('\n');
}
