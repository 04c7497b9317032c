/** From measured numbers to a verdict and a table: arithmetic and text only. */

/** What one figure should be. */
export interface Goal {
  readonly kind: 'at least' | 'at most';
  readonly bound: number;
  /** Compared with the bound: the ratio to Postfix or to the base (raw TLS, bare node), or the figure itself. */
  readonly of: 'postfix' | 'base' | 'ours';
}

/** One row: the same thing measured on each side, once a round. */
export interface Figure {
  readonly id: string;
  readonly title: string;
  readonly unit: 's' | 'ms' | 'MiB' | 'KiB' | '';
  /** speed: a ratio above 1 says that we are faster. cost: a ratio above 1 says that we need more. */
  readonly kind: 'speed' | 'cost';
  readonly ours: readonly number[];
  readonly postfix?: readonly number[];
  readonly base?: readonly number[];
  /** What the base is. */
  readonly baseName?: 'raw TLS' | 'node' | 'SMTP';
  readonly goal?: Goal;
}

/** A figure with what follows from it. Numbers that were not measured are undefined. */
export interface Row {
  readonly id: string;
  readonly title: string;
  readonly ours: string;
  readonly postfix: string;
  readonly base: string;
  readonly ratio: string;
  readonly goal: string;
  readonly verdict: '' | 'met' | 'MISSED' | 'not measured';
  /** By how much the goal is missed, in words; '' if it is not. */
  readonly missedBy: string;
}

/** @throws RangeError for no values */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) throw new RangeError('median of nothing');
  return (lower + upper) / 2;
}

/** Ratio of each round, then the median: what slows a whole round down takes both sides. */
export function ratio(
  kind: Figure['kind'],
  ours: readonly number[],
  others: readonly number[] | undefined,
): number | undefined {
  if (others === undefined || others.length === 0 || ours.length === 0) return undefined;
  if (others.length !== ours.length)
    return kind === 'speed' ? median(others) / median(ours) : median(ours) / median(others);
  return median(ours.map((our, round) => (kind === 'speed' ? (others[round] ?? 0) / our : our / (others[round] ?? 0))));
}

export function judge(figure: Figure): Row {
  const { id, title, kind, unit, ours, postfix, base, goal } = figure;
  const toPostfix = ratio(kind, ours, postfix);
  const toBase = ratio(kind, ours, base);
  const values = { postfix: toPostfix, base: toBase, ours: ours.length === 0 ? undefined : median(ours) };
  const value = goal && values[goal.of];
  const baseName = figure.baseName ?? 'raw TLS';
  const isMet = goal && value !== undefined && (goal.kind === 'at least' ? value >= goal.bound : value <= goal.bound);
  const shown = [
    ...(toPostfix === undefined ? [] : [`${plain(toPostfix)} x Postfix`]),
    ...(toBase === undefined ? [] : [`${plain(toBase)} x ${baseName}`]),
  ];
  return {
    id,
    title,
    ours: amount(ours, unit),
    postfix: amount(postfix, unit),
    base: base === undefined ? '' : `${amount(base, unit)} (${baseName})`,
    ratio: shown.join(', '),
    goal: goal ? goalText(goal, unit, baseName) : '',
    verdict: !goal ? '' : value === undefined ? 'not measured' : isMet === true ? 'met' : 'MISSED',
    missedBy: goal && value !== undefined && isMet !== true ? missedBy(goal, value, unit) : '',
  };
}

function goalText({ kind, bound, of }: Goal, unit: string, baseName: string): string {
  const what = of === 'ours' ? (unit === '' ? '' : ` ${unit}`) : ` x ${of === 'postfix' ? 'Postfix' : baseName}`;
  return `${kind === 'at least' ? '>=' : '<='} ${plain(bound)}${what}`;
}

function missedBy({ kind, bound, of }: Goal, value: number, unit: string): string {
  if (bound === 0) return `${plain(value)} ${unit}`.trim();
  const percent = Math.round(100 * Math.abs(value / bound - 1));
  const words = kind === 'at least' ? `${percent} % short of the goal` : `${percent} % over the goal`;
  return of === 'ours' ? `${plain(value)} ${unit}`.trim() + `, ${words}` : words;
}

function amount(values: readonly number[] | undefined, unit: string): string {
  return values === undefined || values.length === 0 ? '' : `${plain(median(values))} ${unit}`.trim();
}

/** Three significant digits, no exponent. */
export function plain(value: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return digits > 6
    ? '0'
    : value
        .toFixed(digits)
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '');
}

const columns = ['figure', 'ours', 'Postfix', 'base', 'ratio', 'goal', ''] as const;

function cells(row: Row): string[] {
  return [row.title, row.ours, row.postfix, row.base, row.ratio, row.goal, row.verdict];
}

/** For a terminal: columns as wide as their widest cell. */
export function terminalTable(rows: readonly Row[]): string {
  const lines = [[...columns], ...rows.map(cells)];
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/**
 * For the README: what holds on other machines too. Amounts of time are left out, they are this machine's; what is
 * compared with a goal as it is (seconds of waiting, bytes, fsyncs, MiB) stays.
 * @param bounds by figure, what keeps a missed goal from being met
 */
export function readmeTable(
  rows: readonly Row[],
  figures: readonly Figure[],
  bounds: Readonly<Record<string, string>>,
): string {
  const own = new Set(figures.filter((one) => one.goal?.of === 'ours' || !hasRatio(one)).map((one) => one.id));
  const body = rows.map((row) => {
    const measured = own.has(row.id) ? row.ours : row.ratio;
    const verdict = row.verdict === 'MISSED' ? '**missed**' : row.verdict;
    return `| ${[row.title, measured, row.goal, verdict].join(' | ')} |`;
  });
  const notes = [...missedByBound(rows, bounds)].map(([bound, missed]) => `- ${missed.join('; ')}. ${bound}`);
  return [
    '| figure | measured | goal | |',
    '|---|---|---|---|',
    ...body,
    ...(notes.length > 0 ? ['', ...notes] : []),
  ].join('\n');
}

/** One explanation may hold for several figures. */
function missedByBound(rows: readonly Row[], bounds: Readonly<Record<string, string>>): Map<string, string[]> {
  const missed = new Map<string, string[]>();
  for (const { id, title, verdict, missedBy } of rows) {
    if (verdict !== 'MISSED') continue;
    const bound = bounds[id] ?? 'Not yet explained.';
    missed.set(bound, [...(missed.get(bound) ?? []), `${title}: ${missedBy}`]);
  }
  return missed;
}

function hasRatio({ postfix, base }: Figure): boolean {
  return (postfix?.length ?? 0) + (base?.length ?? 0) > 0;
}

export const figuresBegin = '<!-- figures: written by `npm run bench -- --write` -->';
export const figuresEnd = '<!-- end of figures -->';

/** @throws RangeError if the text has no place for it */
export function withFigures(readme: string, figures: string): string {
  const from = readme.indexOf(figuresBegin);
  const to = readme.indexOf(figuresEnd);
  if (from < 0 || to < from) throw new RangeError('the README has no markers for the figures');
  return `${readme.slice(0, from + figuresBegin.length)}\n\n${figures}\n\n${readme.slice(to)}`;
}
