import { describe, expect, test } from 'vitest';
import { BrokerConfigError, brokerConfigFrom, brokerConfigFromText, type ConfigProblem } from './config.ts';

const MINIMAL = {
  'node.id': '1',
  'process.roles': 'broker,controller',
  'controller.listener.names': 'CONTROLLER',
  listeners: 'PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:0',
};

/** What Kafka ships as its example of one node that is broker and controller. */
const STOCK_FILE = `
# comment
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=localhost:9093
listeners=PLAINTEXT://:9092,CONTROLLER://:9093
inter.broker.listener.name=PLAINTEXT
advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL
num.network.threads=3
num.io.threads=8
socket.send.buffer.bytes=102400
socket.receive.buffer.bytes=102400
socket.request.max.bytes=104857600
log.dirs=/tmp/kraft-combined-logs
num.partitions=1
num.recovery.threads.per.data.dir=2
offsets.topic.replication.factor=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
log.retention.hours=168
log.segment.bytes=1073741824
log.retention.check.interval.ms=300000
`;

function problemsOf(make: () => unknown): readonly ConfigProblem[] {
  try {
    make();
  } catch (error) {
    if (error instanceof BrokerConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('broker config', () => {
  test("Kafka's own example file is taken as it is", () => {
    const config = brokerConfigFromText(STOCK_FILE, { source: 'server.properties' });
    expect(config.nodeId).toBe(1);
    expect(config.interBrokerListenerName).toBe('PLAINTEXT');
    expect(config.listeners).toEqual([
      {
        name: 'PLAINTEXT',
        securityProtocol: 'PLAINTEXT',
        host: '',
        port: 9092,
        advertisedHost: 'localhost',
        advertisedPort: 9092,
      },
    ]);
    expect(config.controllerListener).toMatchObject({ name: 'CONTROLLER', port: 9093 });
    expect(config.logDirs).toEqual(['/tmp/kraft-combined-logs']);
    expect(config.metadataLogDir).toBe('/tmp/kraft-combined-logs');
    expect(config.values.number('log.retention.hours')).toBe(168);
    expect(config.values.number('offsets.topic.replication.factor')).toBe(1);
  });

  test('every bad key is named with its line, not only the first', () => {
    const text = `${STOCK_FILE}log.retension.ms=5\nnum.partitions=none\nssl.keystore.location=/k\n`;
    const lines = text.split('\n');
    const problems = problemsOf(() => brokerConfigFromText(text, { source: 'server.properties' }));
    expect(problems).toEqual([
      {
        key: 'num.partitions',
        line: lines.indexOf('num.partitions=none') + 1,
        message: 'Invalid value none for configuration num.partitions: Not a number of type INT',
      },
      {
        key: 'log.retension.ms',
        line: lines.indexOf('log.retension.ms=5') + 1,
        message: 'Unknown broker config name: log.retension.ms',
      },
      {
        key: 'ssl.keystore.location',
        line: lines.indexOf('ssl.keystore.location=/k') + 1,
        message:
          'Configuration ssl.keystore.location belongs to a feature that Odradek does not have; leave it out',
      },
    ]);
  });

  test('overrides win over the file and are checked like it', () => {
    const config = brokerConfigFromText(STOCK_FILE, {
      source: 'server.properties',
      overrides: { 'num.partitions': '7' },
    });
    expect(config.values.number('num.partitions')).toBe(7);
    expect(problemsOf(() => brokerConfigFrom({ ...MINIMAL, 'num.partitions': '0' }))).toEqual([
      {
        key: 'num.partitions',
        line: null,
        message: 'Invalid value 0 for configuration num.partitions: Value must be at least 1',
      },
    ]);
  });

  test('what has no default must be given', () => {
    expect(problemsOf(() => brokerConfigFrom({})).map(({ key }) => key)).toEqual([
      'node.id',
      'process.roles',
      'controller.listener.names',
    ]);
  });

  test.each([
    [{ 'process.roles': 'broker' }, 'process.roles'],
    [{ 'broker.id': '2' }, 'broker.id'],
    [{ 'controller.quorum.voters': '2@127.0.0.1:9093' }, 'controller.quorum.voters'],
    [{ listeners: 'PLAINTEXT://:9092' }, 'controller.listener.names'],
    [
      {
        listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093',
        'controller.quorum.bootstrap.servers': 'elsewhere',
      },
      'controller.quorum.bootstrap.servers',
    ],
    [{ listeners: 'CONTROLLER://:9093' }, 'listeners'],
    [{ listeners: 'PLAINTEXT://:9092,PLAINTEXT://:9093,CONTROLLER://:9094' }, 'listeners'],
    [{ listeners: 'PLAINTEXT://:9092,CONTROLLER://:9092' }, 'listeners'],
    [{ listeners: 'SSL://:9092,CONTROLLER://:9093', 'inter.broker.listener.name': 'SSL' }, 'listeners'],
    [{ listeners: 'PLAINTEXT://0.0.0.0:9092,CONTROLLER://:9093' }, 'advertised.listeners'],
    [{ 'advertised.listeners': 'OTHER://localhost:9092' }, 'advertised.listeners'],
    [{ 'inter.broker.listener.name': 'OTHER' }, 'inter.broker.listener.name'],
    [{ 'log.retention.ms': '0' }, 'log.retention.ms'],
    [{ 'log.roll.ms': '0' }, 'log.roll.ms'],
  ])('%j is refused at %s', (change, key) => {
    expect(
      problemsOf(() => brokerConfigFrom({ ...MINIMAL, ...change })).map((problem) => problem.key),
    ).toEqual([key]);
  });

  test('an own listener name needs its protocol in the map', () => {
    const listeners = 'INSIDE://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093';
    const change = { listeners, 'inter.broker.listener.name': 'inside' };
    expect(problemsOf(() => brokerConfigFrom({ ...MINIMAL, ...change }))).toHaveLength(1);
    const config = brokerConfigFrom({
      ...MINIMAL,
      ...change,
      'listener.security.protocol.map': 'INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT',
    });
    expect(config.interBrokerListenerName).toBe('INSIDE');
  });
});
