export { type BrokerConfig, BrokerConfigError, brokerConfigFrom, readBrokerConfig } from './config/config.ts';
export {
  type EmbeddedBroker,
  type EmbeddedCluster,
  type StartClusterOptions,
  startCluster,
} from './local-cluster/embedded-cluster.ts';
export {
  type Broker,
  type BrokerListener,
  type StartBrokerOptions,
  startBroker,
} from './node/broker.ts';
export { BrokerStartError } from './node/broker-start-error.ts';
