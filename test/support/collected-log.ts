import type { MailLog } from '../../src/core/index.ts';

export interface LogEntry {
  readonly method: string;
  readonly args: readonly unknown[];
}

/** A MailLog that remembers; `entries` for assertions, `text()` for canary searches. */
export function collectedLog(): MailLog & {
  readonly entries: LogEntry[];
  text(): string;
  of(method: keyof MailLog): unknown[];
} {
  const entries: LogEntry[] = [];
  const base = {
    entries,
    text: () =>
      JSON.stringify(entries, (_key, value: unknown) =>
        value instanceof Error ? `${value.message} ${value.stack ?? ''}` : value,
      ),
    of: (method: string) => entries.filter((entry) => entry.method === method).map((entry) => entry.args[0]),
  };
  return new Proxy(base, {
    get: (target, name: string) =>
      (Reflect.get(target, name) as unknown) ??
      ((...args: unknown[]) => {
        entries.push({ method: name, args });
      }),
  }) as unknown as ReturnType<typeof collectedLog>;
}
