import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { InteropClient } from './clients/interop-client.ts';
import { findingsText } from './interop-findings.ts';

const features = [
  ...['create topic', 'none', 'gzip', 'snappy', 'lz4', 'zstd'],
  ...['group, commit', 'resume', "reads others'"],
] as const;

type Feature = (typeof features)[number];

/** Collects what each client has shown in this run, and writes docs/interop.md from it. */
export class InteropTable {
  readonly #rows = new Map<string, { client: InteropClient; version: string; shown: Set<Feature> }>();

  passed(client: InteropClient, version: string, feature: Feature): void {
    const row = this.#rows.get(client.name) ?? { client, version, shown: new Set() };
    row.shown.add(feature);
    this.#rows.set(client.name, row);
  }

  async write(): Promise<void> {
    const rows = [...this.#rows.values()].map(({ client, version, shown }) => {
      const cells = features.map((feature) => {
        if (shown.has(feature)) return '✓';
        return isCodecTheClientLacks(client, feature) ? 'n/a' : '✗';
      });
      return `| ${client.name} | ${version} | ${cells.join(' | ')} |`;
    });
    const text = [
      '# Clients that talk to Odradek, unmodified',
      '',
      'Written by `e2e/interop/interop.test.ts` from what each client did in its last run: ✓ shown, ✗ failed,',
      'n/a the client itself has no such compression.',
      '',
      `| client | version | ${features.join(' | ')} |`,
      `|---|---|${features.map(() => '---').join('|')}|`,
      ...rows,
      '',
      await findingsText(),
    ].join('\n');
    await writeFile(resolve(import.meta.dirname, '../../docs/interop.md'), text);
  }
}

function isCodecTheClientLacks(client: InteropClient, feature: Feature): boolean {
  const codecs: readonly string[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
  return codecs.includes(feature) && !(client.codecs as readonly string[]).includes(feature);
}
