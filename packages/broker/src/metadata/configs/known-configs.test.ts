import { describe, expect, test } from 'vitest';
import type { ConfigDefinition } from './config-definition.ts';
import { valueWithoutEffect } from './config-effect.ts';
import { ConfigValues } from './config-values.ts';
import { brokerConfigs, clientMetricsConfigs, groupConfigs, topicConfigs } from './known-configs.ts';
import { canonicalText, parseConfigValue } from './parse-value.ts';
import { topicConfigValues } from './topic-config-values.ts';

const everyDefinition: readonly ConfigDefinition[] = [
  brokerConfigs,
  topicConfigs,
  groupConfigs,
  clientMetricsConfigs,
].flatMap((definitions) => [...definitions.values()]);

function parse(definition: ConfigDefinition, text: string): string | null {
  const outcome = parseConfigValue(definition, text);
  return outcome.kind === 'invalid' ? outcome.message : canonicalText(definition, outcome.value);
}

function topicConfig(name: string): ConfigDefinition {
  const definition = topicConfigs.get(name);
  if (definition === undefined) throw new Error(name);
  return definition;
}

describe('known configs', () => {
  test('there are as many of each kind as in Kafka 4.3.1, and our own', () => {
    expect(brokerConfigs.size).toBe(360 + 3 + 7);
    expect(topicConfigs.size).toBe(34 + 2);
    expect(groupConfigs.size).toBe(17);
    expect(clientMetricsConfigs.size).toBe(3);
  });

  test('every default keeps its own rule', () => {
    const broken = everyDefinition
      .filter(({ default: text }) => text !== undefined && text !== null)
      .map((definition) => ({
        definition,
        outcome: parseConfigValue(definition, definition.default ?? null),
      }))
      .filter(({ outcome }) => outcome.kind === 'invalid')
      .map(({ definition }) => definition.name);
    expect(broken).toEqual([]);
  });

  test('every config has a text, and every synonym is a broker config', () => {
    expect(everyDefinition.filter(({ text }) => !/^[A-Z].*[.]$/.test(text)).map(({ name }) => name)).toEqual(
      [],
    );
    const synonyms = everyDefinition.flatMap((definition) => definition.synonyms);
    expect(synonyms.filter((name) => !brokerConfigs.has(name))).toEqual([]);
  });

  test('a LONG beyond 2^53 keeps every digit', () => {
    expect(brokerConfigs.get('log.flush.interval.messages')?.default).toBe('9223372036854775807');
    expect(parse(topicConfig('flush.messages'), '9223372036854775806')).toBe('9223372036854775806');
  });

  test.each([
    ['retention.ms', 'soon', 'Invalid value soon for configuration retention.ms: Not a number of type LONG'],
    ['retention.ms', '-2', 'Invalid value -2 for configuration retention.ms: Value must be at least -1'],
    [
      'flush.ms',
      '9223372036854775808',
      'Invalid value 9223372036854775808 for configuration flush.ms: Not a number of type LONG',
    ],
    [
      'preallocate',
      'yes',
      'Invalid value yes for configuration preallocate: Expected value to be either true or false',
    ],
    [
      'message.timestamp.type',
      'Now',
      'Invalid value Now for configuration message.timestamp.type: String must be one of: CreateTime, LogAppendTime',
    ],
    [
      'cleanup.policy',
      'delete,shred',
      'Invalid value shred for configuration cleanup.policy: String must be one of: compact, delete',
    ],
    ['cleanup.policy', 'delete,delete', "Configuration 'cleanup.policy' values must not be duplicated."],
    ['cleanup.policy', ' compact , delete ', 'compact,delete'],
    ['preallocate', 'TRUE', 'true'],
    ['segment.bytes', '+1048576', '1048576'],
    ['min.cleanable.dirty.ratio', '1', '1.0'],
  ])("%s=%s gives what Kafka's ConfigDef gives", (name, text, expected) => {
    expect(parse(topicConfig(name), text)).toBe(expected);
  });

  test('only a config that acts takes a value other than its default', () => {
    const gzip = topicConfig('compression.gzip.level');
    expect(valueWithoutEffect(gzip, -1)).toBeNull();
    expect(valueWithoutEffect({ ...gzip, effect: 'fixed' }, 5)).toMatch(/only -1 is accepted/);
    expect(valueWithoutEffect({ ...gzip, effect: 'refused' }, 5)).toMatch(/does not have/);
    expect(valueWithoutEffect({ ...gzip, effect: 'acts' }, 5)).toBeNull();
  });
});

describe('topic configs', () => {
  const broker = (values: Readonly<Record<string, string>>) =>
    new ConfigValues(brokerConfigs, [new Map(Object.entries(values))]);
  const noOverrides = new Map<string, string>();

  test('come from the finest unit that the broker was given', () => {
    expect(topicConfigValues(noOverrides, broker({})).number('retention.ms')).toBe(604_800_000);
    const hours = broker({ 'log.retention.hours': '1' });
    expect(topicConfigValues(noOverrides, hours).number('retention.ms')).toBe(3_600_000);
    const minutes = broker({ 'log.retention.hours': '1', 'log.retention.minutes': '2' });
    expect(topicConfigValues(noOverrides, minutes).number('retention.ms')).toBe(120_000);
    const forEver = broker({ 'log.retention.hours': '-1' });
    expect(topicConfigValues(noOverrides, forEver).number('retention.ms')).toBe(-1);
    const rolled = broker({ 'log.roll.hours': '2' });
    expect(topicConfigValues(noOverrides, rolled).number('segment.ms')).toBe(7_200_000);
    const flushed = broker({ 'log.flush.scheduler.interval.ms': '1000' });
    expect(topicConfigValues(noOverrides, flushed).number('flush.ms')).toBe(1000);
  });

  test("a topic's own value wins over its broker's", () => {
    const overrides = new Map([['retention.ms', '5']]);
    const values = topicConfigValues(overrides, broker({ 'log.retention.ms': '6' }));
    expect(values.number('retention.ms')).toBe(5);
  });
});
