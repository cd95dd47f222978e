import { type Command, Option } from 'commander';
import { usageFailure } from './failure.ts';
import { onCluster } from './kafka/cluster-option.ts';
import { parseCount, parseIds, parseNonNegative } from './option-values.ts';

/** Commands on replicas and who leads them: `quorum`, `topics elect`, `topics reassign`. */
export function addReplicaCommands(
  program: Command,
  topics: Command,
  setExitCode: (code: number) => void,
): void {
  addQuorum(program.command('quorum').description('the quorum that keeps the metadata'));
  onCluster(
    topics
      .command('elect')
      .argument('[topics...]')
      .description('have leaders elected: the preferred ones, or any that are left'),
  )
    .addOption(
      new Option('--type <type>', 'unclean takes a replica that lacks records where no other is left')
        .choices(['preferred', 'unclean'])
        .default('preferred'),
    )
    .option('--all', 'every partition of the cluster')
    .option('--partition <n>', 'this partition of the topic alone', parseNonNegative)
    .action(async (names, options) => {
      const { electLeaders } = await import('./commands/elect-leaders.ts');
      setExitCode(await electLeaders(names, options));
    });
  addReassign(topics.command('reassign').description('move replicas to other brokers'), setExitCode);
}

function addQuorum(quorum: Command): void {
  onCluster(quorum.command('status').description('leader, epoch, voters, and how far the slowest is')).action(
    async (options) => {
      const { quorumStatus } = await import('./commands/quorum.ts');
      await quorumStatus(options);
    },
  );
  onCluster(
    quorum.command('replicas').description('every replica of the metadata log and how far it is'),
  ).action(async (options) => {
    const { quorumReplicas } = await import('./commands/quorum.ts');
    await quorumReplicas(options);
  });
}

function addReassign(reassign: Command, setExitCode: (code: number) => void): void {
  const onPlan = (command: Command) =>
    onCluster(command.argument('[topics...]')).option(
      '--plan <file>',
      'a plan as kafka-reassign-partitions writes it',
    );
  const onMoves = (command: Command) =>
    onPlan(command)
      .option('--all', 'every topic, internal ones too')
      .option('--brokers <ids>', 'where to, as 1,2,3 (default: all that run)', parseIds)
      .option('--replication-factor <n>', 'give each partition so many replicas', parseCount);
  onMoves(reassign.command('plan').description('show where replicas would move; nothing is changed'))
    .option('--out <file>', 'write the plan to a file')
    .action(async (names, options) => {
      const { planReassignment } = await import('./commands/reassign.ts');
      await planReassignment(names, options);
    });
  onMoves(reassign.command('execute').description('begin the moves'))
    .option('--throttle <bytes>', 'copy at most so many bytes a second on each broker', parseCount)
    .action(async (names, options) => {
      const { executeReassignment } = await import('./commands/reassign.ts');
      await executeReassignment(names, options);
    });
  onPlan(
    reassign.command('verify').description('how far the moves are; takes throttles away at the end'),
  ).action(async (names, options) => {
    const { verifyReassignment } = await import('./commands/reassign.ts');
    setExitCode(await verifyReassignment(names, options));
  });
  onPlan(reassign.command('cancel').description('end moves; replicas stay where they were'))
    .option('--all', 'every move of the cluster')
    .action(async (names, options) => {
      const { cancelReassignment } = await import('./commands/reassign.ts');
      await cancelReassignment(names, options);
    });
  onCluster(reassign.command('throttle').description('change how fast the moves that are under way copy'))
    .option('--rate <bytes>', 'at most so many bytes a second on each broker', parseCount)
    .option('--remove', 'as fast as they can')
    .action(async (options) => {
      if ((options.remove === true) === (options.rate !== undefined)) {
        throw usageFailure('say --rate BYTES or --remove');
      }
      const { throttleReassignment } = await import('./commands/reassign.ts');
      await throttleReassignment(options.rate ?? null, options);
    });
}
