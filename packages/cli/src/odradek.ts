#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// A bundle is compiled once and not at each start, where its folder may be written to; sources change too often.
if (import.meta.filename.endsWith('.js')) enableCompileCache(join(import.meta.dirname, '.compiled'));
const { runCommandLine } = await import('./command-line.ts');
process.exitCode = await runCommandLine(process.argv.slice(2));
