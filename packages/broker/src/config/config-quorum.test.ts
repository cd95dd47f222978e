import { describe, expect, test } from 'vitest';
import { BrokerConfigError, brokerConfigFrom } from './config.ts';

const DIRECTORY = 'DIRECTORYAAAAAAAAAAAAQ';

function quorumOf(settings: Readonly<Record<string, string>>) {
  return brokerConfigFrom({
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.listener.names': 'INSIDE',
    listeners: 'PLAINTEXT://127.0.0.1:9092,INSIDE://127.0.0.1:9093',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,INSIDE:PLAINTEXT',
    ...settings,
  }).quorum;
}

function refusal(settings: Readonly<Record<string, string>>): string {
  try {
    quorumOf(settings);
  } catch (error) {
    if (error instanceof BrokerConfigError) return error.message;
    throw error;
  }
  return '';
}

describe('the quorum of a config', () => {
  test('is nobody where nothing says more', () => {
    expect(quorumOf({})).toEqual({ initialControllers: [], staticVoters: [], bootstrapServers: [] });
  });

  test('begins with the initial controllers, as kafka-storage takes them', () => {
    const text = `1@127.0.0.1:9093:${DIRECTORY},2@[::1]:19093:_${DIRECTORY.slice(1)}`;
    expect(quorumOf({ 'odradek.initial.controllers': text }).initialControllers).toEqual([
      { id: 1, directoryId: DIRECTORY, endpoints: [{ name: 'INSIDE', host: '127.0.0.1', port: 9093 }] },
      {
        id: 2,
        directoryId: `_${DIRECTORY.slice(1)}`,
        endpoints: [{ name: 'INSIDE', host: '::1', port: 19_093 }],
      },
    ]);
  });

  test('is the static voters for good, whose directories are not known', () => {
    const { staticVoters } = quorumOf({ 'controller.quorum.voters': '1@a:9093,2@b:9093' });
    expect(staticVoters.map(({ id, directoryId }) => [id, directoryId])).toEqual([
      [1, 'AAAAAAAAAAAAAAAAAAAAAA'],
      [2, 'AAAAAAAAAAAAAAAAAAAAAA'],
    ]);
  });

  test('may be asked for at any address', () => {
    const text = 'controller-1:9093,[fe80::1]:9094';
    expect(quorumOf({ 'controller.quorum.bootstrap.servers': text }).bootstrapServers).toEqual([
      { host: 'controller-1', port: 9093 },
      { host: 'fe80::1', port: 9094 },
    ]);
  });

  test.each([
    ['odradek.initial.controllers', '1@127.0.0.1:9093', 'is not of the form id@host:port:directoryId'],
    ['odradek.initial.controllers', `1@:9093:${DIRECTORY}`, 'is not of the form'],
    ['odradek.initial.controllers', `1@a:9093:${DIRECTORY},1@b:9093:${DIRECTORY}`, 'named twice'],
    ['odradek.initial.controllers', `1@a:9094:${DIRECTORY}`, 'two nodes must not have one node.id'],
    ['controller.quorum.voters', '127.0.0.1:9093', 'is not of the form id@host:port'],
    ['controller.quorum.voters', '1@127.0.0.1:65536', 'is not of the form id@host:port'],
    ['controller.quorum.voters', '2@127.0.0.1:9093', 'must be included in the set of voters'],
    ['controller.quorum.bootstrap.servers', '::1:9093', 'is not of the form host:port'],
  ])('%s=%s is refused', (key, value, reason) => {
    expect(refusal({ [key]: value })).toMatch(reason);
    expect(refusal({ [key]: value })).toMatch(key);
  });
});
