import { ownConfigs, unordered } from '../rules.ts';
import { type Deviation, type Section, stepsOf } from '../tool-step.ts';

const configs = stepsOf('kafka-configs', '--bootstrap-server SERVERS');
const metrics = stepsOf('kafka-client-metrics', '--bootstrap-server SERVERS');
const controllerConfigs = stepsOf('kafka-configs', '--bootstrap-controller CONTROLLERS');
const unknownConfig: Deviation = {
  lines: /no\.such\.config|^exit code|^Completed/,
  why: 'a broker config that nobody knows is refused; Kafka keeps it',
};

const all = { rules: [ownConfigs] };

export const topicConfigs: Section = {
  title: 'Configs of topics',
  steps: [
    configs('--describe --entity-type topics --entity-name placed'),
    configs('--describe --entity-type topics --entity-name placed --all', all),
    configs('--describe --entity-type topics', { rules: [unordered] }),
    configs('--describe --topic nowhere'),
    configs('--alter --topic pair --add-config retention.ms=60000,cleanup.policy=[compact,delete]'),
    configs('--describe --topic pair'),
    configs('--alter --topic pair --delete-config cleanup.policy'),
    configs('--describe --topic pair'),
    configs('--alter --topic pair --add-config max.message.bytes=1000 --delete-config retention.ms'),
    configs('--describe --topic pair'),
    configs('--alter --topic pair --delete-config max.message.bytes'),
    configs('--alter --topic pair --delete-config never.set'),
    configs('--alter --topic pair --add-config no.such.config=1'),
    configs('--alter --topic pair --add-config retention.ms=soon'),
    configs('--alter --topic pair --add-config segment.bytes=3'),
    configs('--alter --topic nowhere --add-config retention.ms=1'),
    controllerConfigs('--describe --topic placed'),
    controllerConfigs('--alter --topic pair --add-config retention.ms=70000'),
    configs('--describe --topic pair'),
    controllerConfigs('--alter --topic pair --delete-config retention.ms'),
  ],
};

export const brokerConfigs: Section = {
  title: 'Configs of brokers',
  steps: [
    configs('--describe --entity-type brokers', { rules: [unordered] }),
    configs('--describe --broker 1'),
    configs('--describe --broker 1 --all', all),
    configs('--describe --broker 9'),
    configs('--describe --broker one'),
    configs('--alter --entity-type brokers --entity-default --add-config log.retention.ms=7200000'),
    configs('--alter --broker-defaults --add-config message.max.bytes=2000000,log.cleaner.threads=2'),
    configs('--describe --broker-defaults'),
    configs('--alter --broker 2 --add-config log.retention.ms=3600000'),
    configs('--describe --broker 2'),
    configs('--describe --broker 3'),
    configs('--alter --broker 2 --delete-config log.retention.ms'),
    configs('--describe --topic pair --all', {
      rules: [
        ...all.rules,
        {
          name: 'two configs',
          why: 'the rest is above',
          apply: (output) =>
            output
              .split('\n')
              .filter((line) => /^ {2}(retention\.ms|max\.message\.bytes)=/.test(line))
              .join('\n'),
        },
      ],
    }),
    configs(
      '--alter --broker-defaults --delete-config log.retention.ms,message.max.bytes,log.cleaner.threads',
    ),
    configs('--describe --broker-defaults'),
    configs('--alter --broker 1 --add-config node.id=7'),
    configs('--alter --broker 1 --add-config no.such.config=7', { deviations: [unknownConfig] }),
    configs('--describe --broker 1', { deviations: [unknownConfig] }),
    configs('--alter --broker 1 --delete-config no.such.config', { deviations: [unknownConfig] }),
    configs('--alter --broker 1 --add-config log.retention.ms=soon'),
    configs('--alter --broker-defaults --add-config leader.replication.throttled.rate=4096'),
    configs('--alter --broker-defaults --delete-config leader.replication.throttled.rate'),
    configs('--alter --broker 1 --add-config follower.replication.throttled.rate=4096'),
    configs('--describe --broker 1'),
    configs('--alter --broker 1 --delete-config follower.replication.throttled.rate'),
    controllerConfigs('--describe --broker 1'),
    controllerConfigs('--describe --broker-defaults'),
    controllerConfigs('--alter --broker-defaults --add-config log.retention.ms=7200000'),
    configs('--describe --broker-defaults'),
    controllerConfigs('--alter --broker-defaults --delete-config log.retention.ms'),
  ],
};

const notServed = (what: string): Deviation => ({
  lines: /.*/,
  why: `a value other than the default is refused, not kept and ignored: it belongs to ${what}`,
});
const subscription = { deviations: [notServed('subscriptions to metrics of clients')] };

const noLoggers: Deviation = {
  lines: /=ERROR sensitive=false synonyms=\{\}$/,
  why: 'the loggers of a broker here are not those of a JVM: none has a level that could be set by name',
};

export const otherConfigs: Section = {
  title: 'Configs of loggers, groups and client metrics',
  steps: [
    configs('--describe --broker-logger 1', { deviations: [noLoggers] }),
    configs('--alter --broker-logger 1 --add-config kafka.server.KafkaApis=DEBUG'),
    configs('--describe --entity-type groups'),
    configs('--describe --group nobody'),
    configs('--alter --group readers --add-config consumer.session.timeout.ms=50000'),
    configs('--alter --group readers --add-config consumer.session.timeout.ms=45000'),
    configs('--describe --group readers'),
    configs('--describe --group readers --all'),
    configs('--describe --entity-type groups'),
    configs('--alter --group readers --add-config consumer.session.timeout.ms=1'),
    configs('--alter --group readers --add-config no.such.config=1'),
    configs('--alter --group readers --delete-config consumer.session.timeout.ms'),
    configs('--describe --group readers'),
    configs('--alter --client-metrics often --add-config interval.ms=300000,metrics=[]'),
    configs('--describe --client-metrics often'),
    configs('--describe --client-metrics nobody'),
    metrics('--list'),
    metrics('--describe'),
    metrics('--describe --name often'),
    metrics('--describe --name nobody'),
    metrics('--alter --name often --interval 5000 --match client_id=x', subscription),
    configs('--alter --client-metrics often --add-config interval.ms=1', subscription),
    configs('--alter --client-metrics often --add-config match=[no_such_selector=1]', subscription),
    metrics('--delete --name often'),
    metrics('--list'),
  ],
};
