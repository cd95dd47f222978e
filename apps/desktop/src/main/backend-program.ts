import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The program behind the window and the Node that runs it. */
export interface BackendProgram {
  readonly node: string;
  readonly script: string;
}

interface Places {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Electron's `process.resourcesPath`. */
  readonly resources: string;
  /** The folder of the checkout this app was built in. */
  readonly checkout: string;
  readonly exists?: (path: string) => boolean;
}

/**
 * Never Electron's own Node, but `ODRADEK_NODE`, or the one in the app's resources, or the checkout's; and the program
 * that is installed beside it. Null when there is none.
 */
export function findBackend({
  environment,
  resources,
  checkout,
  exists = existsSync,
}: Places): BackendProgram | null {
  const windows = process.platform === 'win32' ? '.exe' : '';
  const nodes = [
    environment.ODRADEK_NODE,
    join(resources, 'node', `node${windows}`),
    join(checkout, 'node_modules/.bin', `node${windows}`),
  ];
  const scripts = [join(resources, 'odradek/odradek.js'), join(checkout, 'packages/cli/dist/odradek.js')];
  const node = nodes.find((path) => path !== undefined && path !== '' && exists(path));
  const script = scripts.find(exists);
  return node === undefined || script === undefined ? null : { node, script };
}
