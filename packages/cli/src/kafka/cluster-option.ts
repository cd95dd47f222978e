import type { Command } from 'commander';
import { DEFAULT_BOOTSTRAP } from './default-bootstrap.ts';

/** A command on a cluster, with the options that all of them have. */
export function onCluster(command: Command): Command {
  return command
    .option('--bootstrap-server <servers>', 'host:port, or several with commas', DEFAULT_BOOTSTRAP)
    .option('--json', 'lines of JSON');
}
