import type { ConfigDefinition } from './config-definition.ts';
import {
  anyListOrNull,
  atLeast,
  int,
  list,
  long,
  nonEmptyList,
  nonEmptyListOrNull,
  oneOf,
  string,
} from './define-config.ts';

/** Listeners, connections and request sizes. */
export const networkConfigs: readonly ConfigDefinition[] = [
  list('listeners', 'PLAINTEXT://:9092', {
    rule: nonEmptyList(),
    effect: 'acts',
    text: 'Addresses the node listens on, each `NAME://host:port`; an empty host means every interface, port 0 any free port.',
  }),
  list('advertised.listeners', null, {
    rule: nonEmptyListOrNull(),
    effect: 'acts',
    text: "Addresses that clients and other nodes are told to use; each listener's own address when empty.",
  }),
  string(
    'listener.security.protocol.map',
    'SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT',
    {
      effect: 'acts',
      text: 'Which security protocol each listener name stands for. Only PLAINTEXT listeners can be opened.',
    },
  ),
  string('inter.broker.listener.name', null, {
    effect: 'acts',
    text: 'The listener that other brokers use; the one whose protocol is `security.inter.broker.protocol` when empty.',
  }),
  list('controller.listener.names', undefined, {
    rule: nonEmptyList(),
    effect: 'acts',
    text: "Names of the listeners that speak the controller's protocol; the first one is advertised to the quorum.",
  }),
  string('security.inter.broker.protocol', 'PLAINTEXT', {
    rule: oneOf('PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'),
    effect: 'fixed',
    text: 'Security protocol between brokers, where no listener name says it.',
  }),
  list('early.start.listeners', null, {
    rule: anyListOrNull(),
    effect: 'fixed',
    text: "Listeners to open before the node is ready; the controller's listener always is.",
  }),
  long('connections.max.idle.ms', '600000', {
    effect: 'acts',
    text: 'A connection that carries nothing for this long is closed.',
  }),
  int('max.connections', '2147483647', {
    rule: atLeast(0),
    scope: 'cluster-wide',
    effect: 'acts',
    text: 'Most connections the broker keeps open; further ones are closed at once.',
  }),
  int('max.connections.per.ip', '2147483647', {
    rule: atLeast(0),
    scope: 'cluster-wide',
    effect: 'acts',
    text: 'Most connections from one address.',
  }),
  string('max.connections.per.ip.overrides', '', {
    scope: 'cluster-wide',
    effect: 'fixed',
    text: 'Other limits for single addresses, `host:count` separated by commas.',
  }),
  int('max.connection.creation.rate', '2147483647', {
    rule: atLeast(0),
    scope: 'cluster-wide',
    effect: 'fixed',
    text: 'Most new connections in a second.',
  }),
  int('socket.request.max.bytes', '104857600', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Largest request frame; a larger one closes the connection before it is read.',
  }),
  int('socket.listen.backlog.size', '50', {
    rule: atLeast(1),
    effect: 'fixed',
    text: 'How many connections may wait to be accepted.',
  }),
  int('socket.receive.buffer.bytes', '102400', {
    effect: 'fixed',
    text: 'Size asked of the operating system for receive buffers.',
  }),
  int('socket.send.buffer.bytes', '102400', {
    effect: 'fixed',
    text: 'Size asked of the operating system for send buffers.',
  }),
  long('socket.connection.setup.timeout.ms', '10000', {
    effect: 'fixed',
    text: 'How long a connection to another node may take to open at first.',
  }),
  long('socket.connection.setup.timeout.max.ms', '30000', {
    effect: 'fixed',
    text: 'Where the growing wait for a connection to another node stops.',
  }),
  int('connection.failed.authentication.delay.ms', '100', {
    rule: atLeast(0),
    effect: 'fixed',
    text: 'How long a connection stays open after a failed log-in before it is closed.',
  }),
  int('queued.max.requests', '500', {
    rule: atLeast(1),
    effect: 'fixed',
    text: 'How many requests may wait for a worker; here each connection has its own bound.',
  }),
  long('queued.max.request.bytes', '-1', {
    effect: 'fixed',
    text: 'How many bytes of requests may wait together; -1 leaves only the bound of each connection.',
  }),
  int('request.timeout.ms', '30000', {
    effect: 'fixed',
    text: 'How long this node waits for the answer to a request of its own.',
  }),
  int('num.network.threads', '3', {
    rule: atLeast(1),
    scope: 'cluster-wide',
    effect: 'fixed',
    text: 'Threads that read and write sockets; Odradek has one event loop.',
  }),
  int('num.io.threads', '8', {
    rule: atLeast(1),
    scope: 'cluster-wide',
    effect: 'fixed',
    text: 'Threads that work on requests; Odradek has one event loop.',
  }),
  int('background.threads', '10', {
    rule: atLeast(1),
    scope: 'cluster-wide',
    effect: 'fixed',
    text: 'Threads for background work; Odradek takes them from one small pool.',
  }),
  int('fetch.max.bytes', '57671680', {
    rule: atLeast(1024),
    effect: 'acts',
    text: 'Most bytes one fetch answer carries, whatever the client asks for.',
  }),
  int('fetch.purgatory.purge.interval.requests', '1000', {
    effect: 'fixed',
    text: 'How often finished fetches are swept from the waiting list; Odradek removes them at once.',
  }),
  int('producer.purgatory.purge.interval.requests', '1000', {
    effect: 'fixed',
    text: 'How often finished produces are swept from the waiting list; Odradek removes them at once.',
  }),
  int('delete.records.purgatory.purge.interval.requests', '1', {
    effect: 'fixed',
    text: 'How often finished record deletions are swept from the waiting list; Odradek removes them at once.',
  }),
  int('share.fetch.purgatory.purge.interval.requests', '1000', {
    effect: 'refused',
    text: 'How often finished share fetches are swept from the waiting list.',
  }),
  int('max.incremental.fetch.session.cache.slots', '1000', {
    rule: atLeast(0),
    effect: 'acts',
    text: 'How many incremental fetch sessions are remembered.',
  }),
  int('max.request.partition.size.limit', '2000', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Most partitions one DescribeTopicPartitions answer lists before it hands out a cursor.',
  }),
];
