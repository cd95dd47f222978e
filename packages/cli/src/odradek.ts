#!/usr/bin/env node
import { CommanderError } from 'commander';
import { commandLine } from './command-line.ts';
import { ExitCode, Failure } from './failure.ts';
import { tell } from './standard-output.ts';

// The command's entry: what a command ends with becomes the exit code, and a Failure one sentence without a stack.

let exitCode: number = ExitCode.OK;
const program = commandLine((code) => {
  exitCode = code;
});
try {
  await program.parseAsync();
} catch (error) {
  exitCode = report(error);
}
// A client that is still closing, or a lazily kept connection, must not hold the shell.
if (exitCode !== ExitCode.OK) process.exitCode = exitCode;

function report(error: unknown): number {
  // Commander has printed help, version or its complaint.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.OK : ExitCode.USAGE;
  if (error instanceof Failure) {
    tell(`odradek: ${error.message}`);
    if (process.env['ODRADEK_LOG'] === 'debug') console.error(error.cause ?? error.stack);
    return error.exitCode;
  }
  tell('odradek: an unexpected error; please report it with the lines below');
  console.error(error);
  return ExitCode.FAILED;
}
