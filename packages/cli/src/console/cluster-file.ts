import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isNode, LineCounter, parseDocument } from 'yaml';
import * as z from 'zod';
import { usageFailure } from '../failure.ts';

/** A cluster the console watches, with certificates and secrets read. The shape is the monitor's. */
export interface WatchedCluster {
  readonly name: string;
  readonly bootstrap: readonly string[];
  /** PEM texts. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly sasl?: {
    readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
    readonly username: string;
    readonly password: string;
  };
  readonly readOnly: boolean;
}

const address = z.string().regex(/^(\[[0-9a-fA-F:.]+\]|[^\s:/[\]]+):\d{1,5}$/, 'it has to be host:port');

const clusterName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}$/,
    'a name begins with a letter or digit and has at most 100 characters',
  );

const clusterSchema = z.strictObject({
  name: clusterName,
  bootstrap: z.array(address).min(1),
  tls: z
    .strictObject({ ca: z.string().optional(), cert: z.string().optional(), key: z.string().optional() })
    .refine(({ cert, key }) => (cert === undefined) === (key === undefined), 'cert and key belong together')
    .optional(),
  sasl: z
    .strictObject({
      mechanism: z.enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']),
      username: z.string().min(1),
      password: z.strictObject({ env: z.string().min(1) }),
    })
    .optional(),
  readOnly: z.boolean().default(true),
});

const fileSchema = z.strictObject({
  clusters: z
    .array(clusterSchema)
    .min(1)
    .refine(
      (clusters) => new Set(clusters.map(({ name }) => name)).size === clusters.length,
      'two clusters have the same name',
    ),
});

/**
 * The clusters of a YAML file. File names in it are relative to it; passwords come from the environment variables it
 * names. What is wrong is told with its key and line.
 */
export function readClusterFile(
  path: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): WatchedCluster[] {
  const lines = new LineCounter();
  const document = parseDocument(readOrFail(path, '--config'), { lineCounter: lines });
  const [syntax] = document.errors;
  if (syntax !== undefined) {
    throw usageFailure(`${path}:${lines.linePos(syntax.pos[0]).line}: ${syntax.message.split('\n')[0]}`);
  }
  const lineOf = (keys: readonly PropertyKey[]): number => {
    for (let depth = keys.length; depth >= 0; depth--) {
      const node = document.getIn(keys.slice(0, depth), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  };
  const parsed = fileSchema.safeParse(document.toJS());
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${path}:${lineOf(issue.path)}: ${issue.path.join('.') || 'the file'}: ${issue.message}`,
    );
    throw usageFailure(problems.join('\n'));
  }
  return parsed.data.clusters.map(({ tls, sasl, ...cluster }, index) => {
    const at = (...keys: string[]) => `${path}:${lineOf(['clusters', index, ...keys])}: ${keys.join('.')}`;
    const pem = (key: 'ca' | 'cert' | 'key') => {
      const file = tls?.[key];
      return file === undefined ? {} : { [key]: readOrFail(resolve(dirname(path), file), at('tls', key)) };
    };
    return {
      ...cluster,
      ...(tls === undefined ? {} : { tls: { ...pem('ca'), ...pem('cert'), ...pem('key') } }),
      ...(sasl === undefined
        ? {}
        : { sasl: { ...sasl, password: secretOf(sasl.password.env, environment, at('sasl', 'password')) } }),
    };
  });
}

/** A cluster given as `name=host:port,host:port`. */
export function parseClusterOption(text: string): WatchedCluster {
  const at = text.indexOf('=');
  const bootstrap = text
    .slice(at + 1)
    .split(',')
    .map((server) => server.trim());
  const parsed = clusterSchema.safeParse({ name: text.slice(0, Math.max(at, 0)), bootstrap });
  if (at < 1 || !parsed.success) {
    throw usageFailure(`--cluster ${text}: it has to be name=host:port, or several addresses with commas`);
  }
  const { name, readOnly } = parsed.data;
  return { name, bootstrap, readOnly };
}

function secretOf(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
  where: string,
): string {
  const secret = environment[name];
  if (secret === undefined) throw usageFailure(`${where}: the environment variable ${name} is not set`);
  return secret;
}

function readOrFail(path: string, where: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw usageFailure(
      `${where}: ${path} cannot be read (${error instanceof Error ? error.message : error})`,
    );
  }
}
