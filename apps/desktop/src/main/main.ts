import { join } from 'node:path';
import { app, BrowserWindow } from 'electron';
import { Backend, type BackendStart } from './backend.ts';
import { findBackend } from './backend-program.ts';
import { openConsoleWindow, openFailureWindow } from './console-window.ts';

/** apps/desktop/dist lies three folders below the checkout. */
const CHECKOUT = join(__dirname, '../../..');

/** The cluster that this app has started and stops at its end; null for one it found running, or none. */
let owned: Backend | null = null;
let isQuitting = false;

if (app.requestSingleInstanceLock()) {
  app.on('second-instance', focus);
  app.on('activate', focus);
  app.on('window-all-closed', () => app.quit());
  app.on('before-quit', quit);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit());
  void app.whenReady().then(open);
} else {
  app.exit(0);
}

async function open(): Promise<void> {
  const start = await startBackend();
  if (isQuitting) return;
  if (start.kind === 'failed') await openFailureWindow(start.reason);
  else await openConsoleWindow(start.open);
}

async function startBackend(): Promise<BackendStart> {
  const program = findBackend({
    environment: process.env,
    resources: process.resourcesPath,
    checkout: CHECKOUT,
  });
  if (program === null) {
    const reason = `The backend is not built, or there is no Node 24 to run it. In the checkout ${CHECKOUT}: npm run desktop`;
    return { kind: 'failed', reason };
  }
  const backend = new Backend(program, process.env);
  owned = backend;
  const start = await backend.start();
  if (start.kind === 'started') void backend.ended.then(() => lost(backend));
  else if (owned === backend) owned = null;
  return start;
}

/** The backend ended although nobody asked it to. */
function lost(backend: Backend): void {
  if (owned === backend) owned = null;
  if (isQuitting) return;
  const windows = BrowserWindow.getAllWindows();
  void openFailureWindow(backend.lastWords).then(() => {
    for (const window of windows) window.destroy();
  });
}

function focus(): void {
  const [window] = BrowserWindow.getAllWindows();
  if (window === undefined) return;
  if (window.isMinimized()) window.restore();
  window.focus();
}

/**
 * Quitting waits until the cluster has stopped. Comes again and again, because it is vetoed until then. The windows go
 * at once: a page whose server goes away under it would only show errors.
 */
function quit(event: { preventDefault(): void }): void {
  const isRepeated = isQuitting;
  isQuitting = true;
  if (owned === null) return;
  event.preventDefault();
  if (isRepeated) return;
  for (const window of BrowserWindow.getAllWindows()) window.destroy();
  const backend = owned;
  void backend.stop().then(() => {
    owned = null;
    app.quit();
  });
}
