export {
  type Broker,
  type BrokerListener,
  BrokerStartError,
  type StartBrokerOptions,
  startBroker,
} from './broker.ts';
export { type BrokerConfig, BrokerConfigError, brokerConfigFrom, readBrokerConfig } from './config.ts';
export {
  type EmbeddedBroker,
  type EmbeddedCluster,
  type StartClusterOptions,
  startCluster,
} from './embedded-cluster.ts';
