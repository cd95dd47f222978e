import { type Command, Option } from 'commander';
import { onCluster } from './kafka/cluster-option.ts';
import {
  collect,
  collectKeyValue,
  parseCount,
  parseDuration,
  parseNonNegative,
  parseShift,
} from './option-values.ts';
import { addReplicaCommands } from './replica-commands.ts';

/** The work of Kafka's shell tools, against any cluster. */
export function addKafkaCommands(program: Command, setExitCode: (code: number) => void): void {
  const topics = program
    .command('topics')
    .description('list, describe, create, delete topics; elect leaders; move replicas');
  addTopics(topics);
  addReplicaCommands(program, topics, setExitCode);
  addConfigs(program.command('configs').description('read and change configs of topics, brokers and groups'));
  addGroups(
    program.command('groups').description('list, describe, delete consumer groups, and reset their offsets'),
    setExitCode,
  );
  addTransactions(program.command('transactions').description('list, describe and abort transactions'));
  addRecords(program);
}

function addTopics(topics: Command): void {
  onCluster(topics.command('list').description('names of topics'))
    .option('--internal', 'internal topics too')
    .action(async (options) => {
      const { listTopics } = await import('./commands/topics.ts');
      await listTopics(options);
    });
  onCluster(
    topics.command('describe').argument('[topics...]').description('partitions, leaders, replicas, offsets'),
  ).action(async (names, options) => {
    const { describeTopics } = await import('./commands/topics.ts');
    await describeTopics(names, options);
  });
  onCluster(topics.command('create').argument('<topic>').description('create a topic'))
    .option('--partitions <n>', "number of partitions (default: the broker's num.partitions)", parseCount)
    .option('--replication-factor <n>', "replicas of each (default: the broker's)", parseCount)
    .option('--config <key=value>', 'a config of the topic; may be repeated', collectKeyValue)
    .option('--if-not-exists', 'a topic that exists is no error')
    .action(async (topic, options) => {
      const { createTopic } = await import('./commands/topics.ts');
      await createTopic(topic, options);
    });
  onCluster(
    topics.command('delete').argument('<topics...>').description('delete topics and all their records'),
  ).action(async (names, options) => {
    const { deleteTopics } = await import('./commands/topics.ts');
    await deleteTopics(names, options);
  });
  onCluster(topics.command('add-partitions').argument('<topic>').description('give a topic more partitions'))
    .requiredOption('--partitions <n>', 'the new total', parseCount)
    .action(async (topic, options) => {
      const { addPartitions } = await import('./commands/topics.ts');
      await addPartitions(topic, options);
    });
}

function addConfigs(configs: Command): void {
  const onEntity = (command: Command) =>
    onCluster(command)
      .addOption(
        new Option('--entity-type <type>', 'what the configs belong to')
          .choices(['topics', 'brokers', 'groups'])
          .makeOptionMandatory(),
      )
      .option('--entity-name <name>', 'its name or id (without: the default of all brokers)', '');
  onEntity(configs.command('describe').description('configs that differ from the default'))
    .option('--all', 'every config')
    .action(async (options) => {
      const { describeConfigs } = await import('./commands/configs.ts');
      await describeConfigs(options);
    });
  onEntity(configs.command('alter').description('set or delete configs'))
    .option('--set <key=value>', 'may be repeated', collectKeyValue)
    .option('--delete <key>', 'back to the default; may be repeated', collect)
    .option('--validate-only', 'change nothing')
    .action(async (options) => {
      const { alterConfigs } = await import('./commands/configs.ts');
      await alterConfigs(options);
    });
}

function addGroups(groups: Command, setExitCode: (code: number) => void): void {
  onCluster(groups.command('list').description('names and states of groups')).action(async (options) => {
    const { listGroups } = await import('./commands/groups.ts');
    await listGroups(options);
  });
  onCluster(
    groups.command('describe').argument('<group>').description('members, assignment, offsets, lag'),
  ).action(async (group, options) => {
    const { describeGroup } = await import('./commands/groups.ts');
    await describeGroup(group, options);
  });
  onCluster(
    groups.command('delete').argument('<groups...>').description('delete groups without members'),
  ).action(async (names, options) => {
    const { deleteGroups } = await import('./commands/groups.ts');
    await deleteGroups(names, options);
  });
  onCluster(
    groups
      .command('reset')
      .alias('reset-offsets')
      .argument('<group>')
      .description('move the offsets of a group without members; shows the plan unless told to --execute'),
  )
    .option('--topic <topic>', 'this topic; may be repeated (default: all it has committed to)', collect)
    .option('--partition <n>', 'this partition of the topic alone', parseNonNegative)
    .option('--to-earliest', 'to the first record')
    .option('--to-latest', 'to the end')
    .option('--to-offset <offset>', 'to an offset', parseNonNegative)
    .option('--to-datetime <time>', 'to the first record at or after a time, such as 2026-11-21T08:00:00Z')
    .option('--shift-by <n>', 'forward, or back when negative', parseShift)
    .option('--to-group <group>', 'to where another group is')
    .option('--execute', 'do it; without, only the plan is shown')
    .action(async (group, options) => {
      const { resetOffsets } = await import('./commands/reset-offsets.ts');
      setExitCode(await resetOffsets(group, options));
    });
}

function addTransactions(transactions: Command): void {
  onCluster(transactions.command('list').description('open transactions, and the partitions they hold back'))
    .option('--all', 'every transactional id')
    .action(async (options) => {
      const { listTransactions } = await import('./commands/transactions.ts');
      await listTransactions(options);
    });
  onCluster(
    transactions
      .command('describe')
      .argument('<transactional-id>')
      .description('its state, producer and partitions'),
  ).action(async (transactionalId, options) => {
    const { describeTransaction } = await import('./commands/transactions.ts');
    await describeTransaction(transactionalId, options);
  });
  onCluster(
    transactions
      .command('abort')
      .argument('[transactional-id]')
      .description('end an open transaction and fence its producer, or end a hanging one'),
  )
    .option('--topic <topic>', 'of a hanging transaction, as list shows it')
    .option('--partition <n>', 'of a hanging transaction', parseNonNegative)
    .option('--start-offset <offset>', 'of a hanging transaction', parseNonNegative)
    .option('--execute', 'do it; without, it is only said what would be done')
    .action(async (transactionalId, options) => {
      const { abortTransaction } = await import('./commands/transactions.ts');
      await abortTransaction(transactionalId, options);
    });
}

function addRecords(program: Command): void {
  onCluster(
    program.command('lag').argument('[groups...]').description("each group's lag, partition by partition"),
  ).action(async (groups, options) => {
    const { lag } = await import('./commands/lag.ts');
    await lag(groups, options);
  });
  onCluster(
    program
      .command('produce')
      .argument('<topic>')
      .argument('[values...]')
      .description('write records: the values given, or the lines of standard input'),
  )
    .option('--key <key>', 'the key of every record')
    .option('--key-separator <text>', 'key and value of a line stand before and after it')
    .option('--header <name=value>', 'may be repeated', collectKeyValue)
    .option('--partition <n>', 'the partition (default: by key, or round robin)', parseNonNegative)
    .addOption(
      new Option('--compression <codec>').choices(['none', 'gzip', 'snappy', 'lz4', 'zstd']).default('none'),
    )
    .addOption(new Option('--acks <acks>').choices(['all', '1', '0']).default('all'))
    .action(async (topic, values, options) => {
      const { produce } = await import('./commands/produce.ts');
      await produce(topic, values, options);
    });
  onCluster(
    program
      .command('consume')
      .argument('<topic>')
      .description('print records; without a group, none is left behind'),
  )
    .option('--group <group>', 'join this group and commit what was printed')
    .option('--from-beginning', 'from the first record on (a group: where it has not committed)')
    .option('--offset <offset>', 'from this offset of --partition on', parseNonNegative)
    .option('--partition <n>', 'this partition alone', parseNonNegative)
    .option('--max-messages <n>', 'stop after so many', parseCount)
    .option('--timeout <duration>', 'stop when nothing came for so long', parseDuration)
    .option('--print-key', 'key, a tab, value')
    .action(async (topic, options) => {
      const { consume } = await import('./commands/consume.ts');
      await consume(topic, options);
    });
}
