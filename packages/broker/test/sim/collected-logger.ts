import type { LogFields, Logger } from '../../src/runtime/logger.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Hands every line above `debug` to `onLine`. */
export function collectedLogger(
  onLine: (level: LogLevel, message: string, fields: LogFields) => void,
  inherited: LogFields = {},
): Logger {
  const say =
    (level: LogLevel) =>
    (fields: LogFields, message: string): void =>
      onLine(level, message, { ...inherited, ...fields });
  return {
    debug: () => {},
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
    child: (fields) => collectedLogger(onLine, { ...inherited, ...fields }),
  };
}
