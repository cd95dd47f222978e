import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { type ClusterDefinition, type Console, startConsole } from '../../src/console-server.ts';
import { silentLogger } from '../silent-logger.ts';

/** A console, asked as a page would ask it; every answer is checked against the contract. */
export class LiveConsole {
  readonly #directory = mkdtempSync(join(tmpdir(), 'odradek-live-'));
  #console: Console | null = null;

  async start(definition: Partial<ClusterDefinition> & Pick<ClusterDefinition, 'bootstrap'>): Promise<void> {
    this.#console = await startConsole({
      clusters: [{ name: 'live', managed: true, sampleIntervalMs: 250, ...definition }],
      dataDirectory: this.#directory,
      port: 0,
      logger: silentLogger,
      version: '0',
      startedAs: 'console',
    });
  }

  async get<T>(schema: z.ZodType<T>, path: string): Promise<T> {
    return schema.parse(await (await this.fetch(path)).json());
  }

  async post<T>(schema: z.ZodType<T>, path: string, body: unknown): Promise<T> {
    const answer = await this.fetch(path, { method: 'POST', body: JSON.stringify(body) });
    return schema.parse(await answer.json());
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const { url, token } = this.#running;
    const headers = { authorization: `Bearer ${token}`, origin: url, 'content-type': 'application/json' };
    return fetch(url + path, { ...init, headers });
  }

  /** Ends it; the next start continues with the same data. */
  async stop(): Promise<void> {
    await this.#running.close();
    this.#console = null;
  }

  async close(): Promise<void> {
    await this.#console?.close();
    rmSync(this.#directory, { recursive: true });
  }

  get #running(): Console {
    if (this.#console === null) {
      throw new Error('the console is not running');
    }
    return this.#console;
  }
}
