import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A screen for windows: the one there is, or an Xvfb of our own. */
export interface Display {
  readonly name: string;
  close(): void;
}

export async function openDisplay(): Promise<Display> {
  const existing = process.env.DISPLAY;
  if (existing) return { name: existing, close: () => {} };
  // Xvfb chooses a free display itself and writes its number to the third descriptor.
  const xvfb = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1400x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const numbers = xvfb.stdio[3];
  if (!numbers || !('read' in numbers)) throw new Error('Xvfb has no third descriptor');
  const name = await new Promise<string>((resolve, reject) => {
    xvfb.once('error', reject);
    xvfb.once('exit', (code) => reject(new Error(`Xvfb ended with code ${code}`)));
    createInterface({ input: numbers }).once('line', (line) => resolve(`:${line}`));
  });
  return { name, close: () => xvfb.kill() };
}
