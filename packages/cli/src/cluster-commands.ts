import { type Command, Option } from 'commander';
import { DEFAULT_BOOTSTRAP } from './kafka/default-bootstrap.ts';
import { collect, collectKeyValue, parseCount, parseDuration, parseTcpPort } from './option-values.ts';

/** Commands that run something until they are told to stop, and those that look at this machine: `dump-log`, `doctor`. */
export function addClusterCommands(program: Command, setExitCode: (code: number) => void): void {
  program
    .command('up')
    .description('start the cluster of a data directory and its console; SIGINT or SIGTERM stops both')
    .option(
      '--brokers <n>',
      'number of brokers (default: 3 in a new directory, else as many as it has; more are added)',
      parseCount,
    )
    .option(
      '--port <port>',
      'TCP port of the first broker (default: 9092, or the one it had; 0: any free)',
      parseTcpPort,
    )
    .option(
      '--console-port <port>',
      'TCP port of the console (default: 8080 or the next free; 0: any free)',
      parseTcpPort,
    )
    .option('--data <dir>', 'data directory (default: $XDG_DATA_HOME/odradek/default)')
    .option('--ephemeral', 'keep nothing: a temporary directory, removed at the end')
    .option('--set <key=value>', 'a broker config, kept with the cluster; may be repeated', collectKeyValue)
    .option('--sample-interval <duration>', "how often the console looks at groups' lag", parseDuration, 1000)
    .option('--no-console', 'the cluster alone')
    .option('--stop-with-parent', 'stop when the process that started this one has ended')
    .option('--json', 'one line of JSON when ready, then one for each change; logs on standard error')
    .action(async (options) => {
      const { up } = await import('./commands/up.ts');
      setExitCode(await up(options));
    });

  program
    .command('broker')
    .description("run one node from a server.properties file with Kafka's own property names")
    .requiredOption('--config <file>', 'the server.properties file')
    .action(async ({ config }) => {
      const { runBroker } = await import('./commands/broker.ts');
      await runBroker(config);
    });

  program
    .command('console')
    .description('the console alone, for clusters that run elsewhere')
    .option('--cluster <name=bootstrap>', 'a cluster without security; may be repeated', collect)
    .option('--config <file>', 'a YAML file of clusters, with TLS and SASL')
    .option(
      '--port <port>',
      'TCP port of the console (default: 8080 or the next free; 0: any free)',
      parseTcpPort,
    )
    .option('--data <dir>', 'where history and token lie (default: $XDG_DATA_HOME/odradek/console)')
    .option('--sample-interval <duration>', "how often it looks at groups' lag", parseDuration, 10_000)
    .option('--stop-with-parent', 'stop when the process that started this one has ended')
    .option('--json', 'one line of JSON when ready')
    .action(async (options) => {
      const { runConsole } = await import('./commands/console.ts');
      setExitCode(await runConsole(options));
    });

  program
    .command('demo')
    .description(
      'sample life on a cluster: a producer, and a group that falls behind, stops and recovers, until stopped',
    )
    .option('--bootstrap-server <servers>', 'host:port, or several with commas', DEFAULT_BOOTSTRAP)
    .action(async (options) => {
      const { demo } = await import('./commands/demo.ts');
      await demo(options);
    });

  program
    .command('dump-log')
    .argument('<files...>', 'segments, indexes, snapshots, checkpoints; or a directory of them')
    .description('print what files of a log directory hold, and say exactly where they are damaged')
    .option('--deep', 'records too, with keys and values')
    .addOption(
      new Option(
        '--decoder <topic>',
        'read records as those of an internal topic, which implies --deep (default: by the name of the directory)',
      ).choices(['offsets', 'transactions', 'metadata', 'none']),
    )
    .option('--check', 'look at everything, records too, and print only damage and a summary of each file')
    .option('--json', 'lines of JSON')
    .action(async (files, options) => {
      const { dumpLogFiles } = await import('./commands/dump-log.ts');
      setExitCode(await dumpLogFiles(files, options));
    });

  program
    .command('doctor')
    .description('say what is wrong with the machine, TCP ports, the data directory or the connection')
    .option('--token', "print the console's token, and nothing else")
    .option('--data <dir>', 'data directory (default: $XDG_DATA_HOME/odradek/default)')
    .option('--bootstrap-server <servers>', 'also try this cluster')
    .option('--json', 'one line of JSON for each check')
    .action(async (options) => {
      const { doctor } = await import('./commands/doctor.ts');
      setExitCode(await doctor(options));
    });
}
