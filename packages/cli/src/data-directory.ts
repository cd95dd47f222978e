import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

interface Surroundings {
  readonly platform: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

const here: Surroundings = { platform: process.platform, environment: process.env, home: homedir() };

/** Where Odradek keeps what it is not told to keep elsewhere, `default` for the cluster; absolute. */
export function defaultDataDirectory(name: 'default' | 'console', at: Surroundings = here): string {
  return join(dataHome(at), 'odradek', name);
}

/** An absolute path for what the user gave, or the default. */
export function dataDirectoryOf(given: string | undefined, name: 'default' | 'console'): string {
  return given === undefined ? defaultDataDirectory(name) : resolve(given);
}

function dataHome({ platform, environment, home }: Surroundings): string {
  const xdg = environment.XDG_DATA_HOME;
  // The XDG specification has relative values ignored.
  if (xdg !== undefined && isAbsolute(xdg)) return xdg;
  if (platform === 'darwin') return join(home, 'Library', 'Application Support');
  if (platform === 'win32') return environment.LOCALAPPDATA ?? join(home, 'AppData', 'Local');
  return join(home, '.local', 'share');
}
