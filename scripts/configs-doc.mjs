// Writes docs/configs.md from the broker's definitions. Run it after every change to packages/broker/src/metadata/configs.
import { writeFileSync } from 'node:fs';
import { configsDocument } from '../packages/broker/test/metadata/configs-document.ts';

const path = new URL('../docs/configs.md', import.meta.url);
writeFileSync(path, configsDocument());
console.log('docs/configs.md is written');
