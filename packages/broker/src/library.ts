export {
  type Broker,
  type BrokerListener,
  type StartBrokerOptions,
  startBroker,
} from './broker.ts';
export { BrokerStartError } from './broker-start-error.ts';
export { type BrokerConfig, BrokerConfigError, brokerConfigFrom, readBrokerConfig } from './config.ts';
export {
  type EmbeddedBroker,
  type EmbeddedCluster,
  type StartClusterOptions,
  startCluster,
} from './embedded-cluster.ts';
