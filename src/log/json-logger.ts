/** pino, as the log uses it: one JSON line at a time into a function. */
import type { Logger } from 'pino';

/** What journald and syslog call the levels (RFC 5424 section 6.2.1). */
export const severities: Readonly<Record<string, number>> = { error: 3, warn: 4, info: 6, debug: 7 };

export type JsonLogger = Logger;

/** Loads pino. Levels and time are decided by the caller. */
export async function jsonLogger(write: (line: string) => void): Promise<JsonLogger> {
  // The default export: named ones of a CommonJS module do not survive bundling.
  const { default: pino } = await import('pino');
  return pino(
    {
      level: 'debug',
      // Process id and host name are the journal's business.
      base: null,
      timestamp: false,
      formatters: { level: (level) => ({ level, severity: severities[level] }) },
    },
    { write },
  );
}
