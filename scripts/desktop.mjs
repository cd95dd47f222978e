// `npm run desktop`: installs what is missing, builds, and opens the window. Arguments after `--` go to Electron.
// The Electron is the one of ELECTRON_OVERRIDE_DIST_PATH, else the npm package's own, which is downloaded first when
// it is not there. Runs on Node 20.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runForeground, runStep } from './foreground.mjs';
import { root } from './toolchain.mjs';
import { ensureBuilt } from './workspace-build.mjs';

const app = join(root, 'apps/desktop');
const electronPackage = join(app, 'node_modules/electron');

await ensureBuilt();
const electron = await findElectron();
if (electron === null) {
  console.error(
    'The desktop window cannot be opened: Electron could not be downloaded (the lines above say why). ' +
      "The same console opens in a browser: 'npm start' prints its link.",
  );
  process.exit(1);
}
process.exitCode = await runForeground(electron, [app, ...process.argv.slice(2)]);

async function findElectron() {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) return join(override, process.platform === 'win32' ? 'electron.exe' : 'electron');
  // Written by the package's own installer: the program's path inside its `dist`.
  const pathFile = join(electronPackage, 'path.txt');
  if (!existsSync(pathFile)) {
    console.error('Downloading Electron (once; about 100 MB) …');
    await runStep(process.execPath, [join(electronPackage, 'install.js')]);
  }
  if (!existsSync(pathFile)) return null;
  const program = join(electronPackage, 'dist', readFileSync(pathFile, 'utf8').trim());
  return existsSync(program) ? program : null;
}
