import { expect, it } from 'vitest';
import { parseProperties } from '../metadata/configs/properties-text.ts';
import { LOCAL_TIMING } from './cluster-timing.ts';
import { memberConfigs, propertiesText, refusedSetting } from './server-properties.ts';

const voterOf = (id: number) => ({ id, directoryId: `AAAAAAAAAAAAAAAAAAAAA${id}` });

const manifest = {
  formatVersion: 2,
  clusterId: 'AAAAAAAAAAAAAAAAAAAAAQ',
  brokers: [{ id: 1, port: 9092, controllerPort: 40_001 }],
  voters: [voterOf(1)],
  settings: {},
} as const;

const [broker] = manifest.brokers;

it('makes a combined node that listens on the loopback address only', () => {
  expect(
    memberConfigs({ ...manifest, brokers: [broker], voters: [voterOf(1)] }, broker, '/data/broker-1'),
  ).toMatchObject({
    listeners: 'PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:40001',
    'advertised.listeners': 'PLAINTEXT://127.0.0.1:9092',
    'odradek.initial.controllers': '1@127.0.0.1:40001:AAAAAAAAAAAAAAAAAAAAA1',
    'log.dirs': '/data/broker-1/data',
    'offsets.topic.replication.factor': '1',
    'group.initial.rebalance.delay.ms': '0',
  });
});

it('lets a setting of the user win over what a local cluster differs in', () => {
  const settings = { 'group.initial.rebalance.delay.ms': '3000' };
  const configs = memberConfigs(
    { ...manifest, brokers: [broker], voters: [voterOf(1)], settings },
    broker,
    '/d',
  );
  expect(configs['group.initial.rebalance.delay.ms']).toBe('3000');
});

it('asks for two replicas in sync from three brokers on', () => {
  const brokers = [1, 2, 3].map((id) => ({ id, port: 9091 + id, controllerPort: 40_000 + id }));
  expect(memberConfigs({ ...manifest, brokers, voters: [1, 2, 3].map(voterOf) }, broker, '/d')).toMatchObject(
    {
      'min.insync.replicas': '2',
      'default.replication.factor': '3',
      'transaction.state.log.min.isr': '2',
      ...LOCAL_TIMING,
      'controller.quorum.bootstrap.servers': '127.0.0.1:40001,127.0.0.1:40002,127.0.0.1:40003',
      'odradek.initial.controllers': [
        '1@127.0.0.1:40001:AAAAAAAAAAAAAAAAAAAAA1',
        '2@127.0.0.1:40002:AAAAAAAAAAAAAAAAAAAAA2',
        '3@127.0.0.1:40003:AAAAAAAAAAAAAAAAAAAAA3',
      ].join(','),
    },
  );
});

it('gives each broker a metrics port of its own, from the one that was asked for on', () => {
  const brokers = [1, 4].map((id) => ({ id, port: 9091 + id, controllerPort: 40_000 + id }));
  const ports = (port: string) =>
    brokers.map((member) => {
      const settings = { 'odradek.metrics.port': port };
      return memberConfigs({ ...manifest, brokers, voters: [voterOf(1)], settings }, member, '/d')[
        'odradek.metrics.port'
      ];
    });
  expect(ports('9404')).toEqual(['9404', '9405']);
  expect(ports('0')).toEqual(['0', '0']);
  expect(ports('-1')).toEqual(['-1', '-1']);
});

it('escapes what the properties format would read otherwise', () => {
  const configs = { 'a b=c': '\\d\n e', '#key': ' #value' };
  const read = parseProperties(propertiesText(configs));
  expect(Object.fromEntries(read.map(({ key, value }) => [key, value]))).toEqual(configs);
});

it('keeps the keys that make a member of the cluster from the user', () => {
  expect(refusedSetting('log.dirs')).toContain('--data');
  expect(refusedSetting('log.retention.ms')).toBeNull();
});
