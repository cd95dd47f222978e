// The root `prepare` script: after an install the checkout is complete, with bundles and console built.
import { build } from './workspace-build.mjs';

process.exitCode = await build();
