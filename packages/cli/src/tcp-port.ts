import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import net from 'node:net';
import { basename } from 'node:path';

const LOOPBACK = '127.0.0.1';
const LAST_PORT = 65_535;

/** Whether a TCP port of 127.0.0.1 can be bound now. */
export function isFreePort(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  });
}

/** The first port from `from` on that starts `count` free ones in a row; null when there is none. */
export async function nextFreePorts(from: number, count = 1): Promise<number | null> {
  let run = 0;
  for (let port = from; port <= LAST_PORT; port++) {
    run = (await isFreePort(port)) ? run + 1 : 0;
    if (run === count) return port - count + 1;
  }
  return null;
}

/**
 * The process that listens on a TCP port, as `kafka (process 4711)`; null when it cannot be told: on other systems
 * than Linux, and for processes of other users.
 */
export function portOwner(port: number): string | null {
  if (process.platform !== 'linux') return null;
  const sockets = new Set(['tcp', 'tcp6'].flatMap((table) => listeningSockets(table, port)));
  if (sockets.size === 0) return null;
  for (const pid of entriesOf('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const holds = entriesOf(`/proc/${pid}/fd`).some((descriptor) => {
      const target = linkOf(`/proc/${pid}/fd/${descriptor}`);
      return target !== null && sockets.has(target);
    });
    if (holds) return `${programOf(pid)} (process ${pid})`;
  }
  return null;
}

/** The program, with its script when it is an interpreter's: every Node process calls itself MainThread. */
function programOf(pid: string): string {
  const [program = '', script = ''] = (textOf(`/proc/${pid}/cmdline`) ?? '').split('\0');
  const names = [program, script.startsWith('-') ? '' : script].map((path) => basename(path));
  return names.join(' ').trim() || 'a program';
}

/** The sockets in a table of /proc/net that listen on the port, as the links of /proc/PID/fd name them. */
function listeningSockets(table: string, port: number): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  return (textOf(`/proc/net/${table}`) ?? '').split('\n').flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    const isListening = state === '0A' && local?.endsWith(`:${hexPort}`) === true;
    return isListening ? [`socket:[${inode}]`] : [];
  });
}

// A process may end, or belong to another user, between two looks at /proc: what cannot be read says nothing.

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
