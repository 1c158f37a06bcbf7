import { destination, pino } from 'pino';
import type { Log } from './log.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Names under which a secret could slip into the fields of a message. */
const SECRETS = ['authorization', 'password', 'secret', 'token', 'api_key', 'apiKey', 'cookie'];

/** The operator's log as lines of JSON on stderr, from `level` on. Written at once, so that nothing is lost at an exit. */
export function pinoLog(level: LogLevel): Log {
  const logger = pino(
    { level, base: null, redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: '(secret)' } },
    destination({ dest: 2, sync: true }),
  );
  return {
    debug: (message, fields = {}) => logger.debug(fields, message),
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
  };
}
