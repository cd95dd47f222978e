import { pathToFileURL } from 'node:url';
import { brokerProgram } from '../programs.ts';

/** Becomes a broker process: the same entry that `up` runs as a child, in this process. */
export async function runBroker(configFile: string): Promise<void> {
  process.argv.splice(1, process.argv.length, brokerProgram, '--config', configFile);
  await import(pathToFileURL(brokerProgram).href);
}
