import { MailError } from '../core/index.ts';
import { cleanText, isSecretName, type CleanOptions } from './redact.ts';

/** Causes followed. */
const deepest = 5;
const stackFrames = 8;

export type LogFields = Readonly<Record<string, LogValue | undefined>>;
export type LogValue =
  string | number | boolean | readonly LogValue[] | { readonly [name: string]: LogValue | undefined };

/**
 * What the log keeps of an error: name, code, message, scalar details, the chain of causes. Other properties are never
 * looked at: libraries hang whole requests with their headers on errors.
 */
export function errorFields(error: unknown, options: CleanOptions): LogFields {
  const chain: unknown[] = [];
  for (let next = error; next !== undefined && chain.length < deepest && !chain.includes(next); next = causeOf(next))
    chain.push(next);
  const [first, ...causes] = chain.map((one) => oneError(one, options));
  return { ...first, causes: causes.length === 0 ? undefined : causes };
}

function causeOf(error: unknown): unknown {
  if (error instanceof AggregateError && error.cause === undefined) return (error.errors as readonly unknown[])[0];
  return error instanceof Error ? error.cause : undefined;
}

function oneError(error: unknown, options: CleanOptions): LogFields {
  if (!(error instanceof Error)) {
    return { message: cleanText(typeof error === 'string' ? error : `thrown ${typeof error}`, options) };
  }
  const code: unknown = (error as { readonly code?: unknown }).code;
  const isOurs = error instanceof MailError;
  return {
    name: cleanText(error.name, options),
    code: typeof code === 'string' || typeof code === 'number' ? cleanText(String(code), options) : undefined,
    message: cleanText(error.message, options),
    details: isOurs ? cleanFields(error.details, options) : undefined,
    // Where a bug is, nobody but the stack says. Its frames only: the text above them is the message, uncleaned.
    stack: isOurs ? undefined : frames(error, options),
  };
}

function frames(error: Error, options: CleanOptions): readonly string[] {
  const frame = /^\s+at .*(:\d+:\d+\)?|<anonymous>\)?|native\)?)$/;
  const lines = (error.stack ?? '').split('\n').filter((line) => frame.test(line));
  return lines.slice(0, stackFrames).map((line) => cleanText(line.trim(), options));
}

/** Cleans the values of a flat record; values with a secret's name go altogether. */
export function cleanFields(fields: Readonly<Record<string, unknown>>, options: CleanOptions): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [cleanText(name, options), cleanValue(name, value, options)]),
  );
}

function cleanValue(name: string, value: unknown, options: CleanOptions): LogValue | undefined {
  if (typeof value === 'number' || typeof value === 'boolean' || value === undefined) return value;
  if (isSecretName(name)) return '[redacted]';
  if (typeof value === 'string') return cleanText(value, options);
  if (Array.isArray(value))
    return value.slice(0, 50).map((one) => (typeof one === 'string' ? cleanText(one, options) : `(${typeof one})`));
  return `(${typeof value})`;
}
