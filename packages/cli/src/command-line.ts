import { Command, CommanderError } from 'commander';
import { addClusterCommands } from './cluster-commands.ts';
import { ExitCode, Failure } from './failure.ts';
import { addKafkaCommands } from './kafka-commands.ts';
import { requireNode } from './node-version.ts';
import { productVersion } from './product-version.ts';
import { tell } from './standard-output.ts';

/**
 * Runs the command that the arguments name and resolves with its exit code. A {@link Failure} is told as one sentence
 * without a stack. Actions load what they need when they run, so that help is there at once.
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  let exitCode: number = ExitCode.OK;
  const program = commandLine((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return report(error);
  }
}

function commandLine(setExitCode: (code: number) => void): Command {
  const program = new Command('odradek')
    .description('A Kafka you can hold in one hand: a local Kafka-compatible cluster and its console.')
    .version(productVersion, '-V, --version')
    .showHelpAfterError('(add --help for all options)')
    .showSuggestionAfterError(true)
    .enablePositionalOptions()
    .hook('preAction', (_, command) => {
      // The doctor tells what is wrong with the machine, Node included.
      if (command.name() !== 'doctor') requireNode();
    });
  addClusterCommands(program, setExitCode);
  addKafkaCommands(program, setExitCode);
  for (const command of [program, ...everyCommand(program)]) command.exitOverride();
  return program;
}

function everyCommand(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...everyCommand(child)]);
}

function report(error: unknown): number {
  // Commander has printed help, version or its complaint.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.OK : ExitCode.USAGE;
  if (error instanceof Failure) {
    tell(`odradek: ${error.message}`);
    if (process.env.ODRADEK_LOG === 'debug') console.error(error.cause ?? error.stack);
    return error.exitCode;
  }
  tell('odradek: an unexpected error; please report it with the lines below');
  console.error(error);
  return ExitCode.FAILED;
}
