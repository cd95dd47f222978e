import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Whether this is the source of a checkout rather than the bundle. */
const fromSource = import.meta.filename.endsWith('.ts');

/** The entry file of a broker process, of the same kind as this one: source beside source, bundle beside bundle. */
export const brokerProgram = fromSource
  ? join(import.meta.dirname, '../../broker/src/broker-process.ts')
  : join(import.meta.dirname, 'broker-process.cjs');

/** The built console's files; null when they have not been built. */
export function consoleFiles(): string | null {
  const folder = fromSource
    ? join(import.meta.dirname, '../dist/console')
    : join(import.meta.dirname, 'console');
  return existsSync(join(folder, 'index.html')) ? folder : null;
}

/** How the user started this program, for sentences that name a whole command. */
export const invokedAs = process.env.ODRADEK_INVOKED_AS ?? 'odradek';
