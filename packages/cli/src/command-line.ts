import { Command } from 'commander';
import { addClusterCommands } from './cluster-commands.ts';
import { addKafkaCommands } from './kafka-commands.ts';
import { productVersion } from './product-version.ts';

/**
 * The whole command line. Actions load what they need when they run, so that help is there at once. `setExitCode` is
 * told what a command that ended well ends with.
 */
export function commandLine(setExitCode: (code: number) => void): Command {
  const program = new Command('odradek')
    .description('A Kafka you can hold in one hand: a local Kafka-compatible cluster and its console.')
    .version(productVersion, '-V, --version')
    .showHelpAfterError('(add --help for all options)')
    .showSuggestionAfterError(true)
    .enablePositionalOptions()
    .exitOverride();
  addClusterCommands(program, setExitCode);
  addKafkaCommands(program);
  for (const command of everyCommand(program)) command.exitOverride();
  return program;
}

function everyCommand(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...everyCommand(child)]);
}
