const colours: Readonly<Record<string, string>> = {
  error: '\u001b[31m',
  warn: '\u001b[33m',
  info: '\u001b[32m',
  debug: '\u001b[90m',
};
const plain = '\u001b[0m';
/** Said by the line itself or by its place. */
const leftOut: ReadonlySet<string> = new Set(['time', 'level', 'severity', 'event', 'msg', 'queueId']);

/**
 * One log line for a person at a terminal: `12:00:00 warn  held 01jd... reason=sign-in-needed`. Values are clean already;
 * those with blanks are quoted.
 * @param json one line as pino writes it
 */
export function prettyLine(json: string): string {
  const line = JSON.parse(json) as Readonly<Record<string, unknown>>;
  const level = String(line['level']);
  const rest = Object.entries(line)
    .filter(([name]) => !leftOut.has(name))
    .map(([name, value]) => `${name}=${shown(value)}`);
  const words = [line['event'], line['queueId'], line['msg']].filter(
    (word): word is string => typeof word === 'string' && word !== '',
  );
  return `${String(line['time']).slice(11, 19)} ${colours[level] ?? ''}${level.padEnd(5)}${plain} ${[...words, ...rest].join(' ')}\n`;
}

function shown(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return /^[^\s"]+$/.test(value) ? value : `"${value.replaceAll('"', '\\"')}"`;
}
