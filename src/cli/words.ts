/** Figures and instants for people. */

/** Bytes as a scanner says it. @returns like `0.4 MB`, `12 MB`, `900 B` */
export function sizeWords(bytes: number): string {
  if (bytes < 1000) return `${String(bytes)} B`;
  if (bytes < 100_000) return `${(bytes / 1000).toFixed(0)} kB`;
  const megabytes = bytes / 1_000_000;
  return `${megabytes < 10 ? megabytes.toFixed(1) : megabytes.toFixed(0)} MB`;
}

/** A span as one figure. @returns like `40 s`, `12 min`, `5 h`, `3 d` */
export function spanWords(spanMs: number): string {
  const seconds = Math.max(0, Math.round(spanMs / 1000));
  if (seconds < 100) return `${String(seconds)} s`;
  if (seconds < 100 * 60) return `${String(Math.round(seconds / 60))} min`;
  if (seconds < 48 * 3600) return `${String(Math.round(seconds / 3600))} h`;
  return `${String(Math.round(seconds / 86_400))} d`;
}

/**
 * A wall clock as UTC, because a log, a mail and a terminal on three machines are compared.
 * @returns like `2026-11-21 12:00:05Z`
 */
export function instantWords(atMs: number): string {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? 'unknown' : `${date.toISOString().slice(0, 19).replace('T', ' ')}Z`;
}
