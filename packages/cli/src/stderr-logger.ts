import type { LocalClusterPorts } from '@odradek/broker/cluster';
import { tell } from './standard-output.ts';

type Logger = LocalClusterPorts['logger'];
type Fields = Readonly<Record<string, unknown>>;

/** Warnings and errors for a person, one line each on standard error. `ODRADEK_LOG=info` or `debug` says more. */
export function stderrLogger(bound: Fields = {}): Logger {
  const levels = ['debug', 'info', 'warn', 'error'];
  const threshold = Math.max(0, levels.indexOf(process.env.ODRADEK_LOG ?? 'warn'));
  const at = (level: string) => (fields: Fields, message: string) => {
    if (levels.indexOf(level) < threshold) return;
    const details = Object.entries({ ...bound, ...fields }).map(
      ([name, value]) => `${name}=${textOf(value)}`,
    );
    tell([level === 'info' ? 'odradek:' : `odradek: ${level}:`, message, ...details].join(' '));
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => stderrLogger({ ...bound, ...fields }),
  };
}

function textOf(value: unknown): string {
  if (value instanceof Error) return value.message;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
