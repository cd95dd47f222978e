import { BrowserWindow, type Session, session } from 'electron';

/** Kept apart from Electron's default session; only the console's origin is reachable from it. */
const PARTITION = 'persist:console';

const SECURE = { sandbox: true, contextIsolation: true, nodeIntegration: false, webviewTag: false } as const;

/** A window on the console at `open`, and on nothing else: no other origin, no new windows, no permissions. */
export async function openConsoleWindow(open: string): Promise<BrowserWindow> {
  const { origin } = new URL(open);
  const window = new BrowserWindow({
    width: 1280,
    height: 860,
    minWidth: 390,
    show: false,
    title: 'Odradek',
    webPreferences: { ...SECURE, session: restrictedSession(origin) },
  });
  confine(window, origin);
  window.once('ready-to-show', () => window.show());
  await window.loadURL(open);
  return window;
}

/** A window that says why there is no console. */
export async function openFailureWindow(reason: string): Promise<BrowserWindow> {
  const window = new BrowserWindow({
    width: 640,
    height: 360,
    title: 'Odradek could not start',
    webPreferences: { ...SECURE, javascript: false },
  });
  confine(window, null);
  await window.loadURL(`data:text/html;charset=utf-8,${encodeURIComponent(failurePage(reason))}`);
  return window;
}

function restrictedSession(origin: string): Session {
  const restricted = session.fromPartition(PARTITION);
  restricted.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  restricted.setPermissionCheckHandler(() => false);
  restricted.webRequest.onBeforeRequest(({ url }, answer) => {
    // DevTools, opened by hand, load their own pages.
    answer({ cancel: !isOf(origin, url) && !url.startsWith('devtools:') });
  });
  return restricted;
}

function confine({ webContents }: BrowserWindow, origin: string | null): void {
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  const stay = (event: { preventDefault(): void }, url: string) => {
    if (origin === null || !isOf(origin, url)) event.preventDefault();
  };
  webContents.on('will-navigate', stay);
  webContents.on('will-redirect', stay);
  webContents.on('will-attach-webview', (event) => event.preventDefault());
}

function isOf(origin: string, url: string): boolean {
  return url === origin || url.startsWith(`${origin}/`);
}

function failurePage(reason: string): string {
  const text = reason.replace(/[&<>]/g, (character) => ESCAPES[character] ?? character);
  return `<!doctype html><meta charset="utf-8"><title>Odradek could not start</title>
<style>
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { margin: 2.5rem; }
  h1 { font-size: 1.25rem; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.5 ui-monospace, monospace; }
</style>
<h1>Odradek could not start</h1>
<pre>${text}</pre>
<p>Closing this window ends the app. In a terminal, <code>odradek doctor</code> says what is wrong with the machine.</p>`;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
