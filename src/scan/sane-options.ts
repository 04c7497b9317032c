/** What `scanimage -A` says of a scanner, and the words to ask it with. Every driver has its own. */
import { MailError, type PageSource, type ScanColour } from '../core/index.ts';
import type { ScanRequest } from './source.ts';

/** A driver's own words for what people choose. */
export interface SaneOptions {
  /** Words for `--source`; a source without a word is the only one there is. */
  readonly sources: ReadonlyMap<PageSource, string | undefined>;
  readonly colours: ReadonlyMap<
    ScanColour,
    { readonly mode?: string | undefined; readonly depth?: number | undefined }
  >;
  readonly resolutions: readonly number[];
  readonly hasResolution: boolean;
  /** Largest area, millimetres; undefined if it cannot be set. */
  readonly widthMm: number | undefined;
  readonly heightMm: number | undefined;
}

/** Paper, as far as the scanner's area allows. `whole`: all of that area. */
export type Paper = 'a4' | 'letter' | 'whole';

const paperMm: Readonly<Record<Paper, readonly [number, number]>> = {
  a4: [210, 297],
  letter: [215.9, 279.4],
  whole: [Infinity, Infinity],
};

/** What people choose from where a driver offers every number. */
const usualResolutions = [75, 100, 150, 200, 300, 400, 600];

const colourWords: readonly (readonly [ScanColour, RegExp])[] = [
  ['lineart', /line ?art|black ?(?:&|and) ?white|^(?:binary|bw|mono|monochrome|threshold|text)\b/i],
  ['grey', /gr[ae]y/i],
  ['colour', /colou?r|rgb/i],
];

/**
 * Reads the options of a scanner.
 * @param text output of `scanimage -d DEVICE -A`
 * @param type of the device as `%t` says it: decides the source where there is no option for it
 */
export function readSaneOptions(text: string, type: string): SaneOptions {
  const found = new Map<string, string>();
  for (const [, name = '', values = ''] of text.matchAll(/^ {4}(-[a-z]|--[a-z0-9-]+)[ =]?(.*)$/gm)) {
    // The first of a name counts; what is inactive or read-only now cannot be set.
    if (!found.has(name) && !/\[(?:inactive|read-only|hardware)\]/.test(values)) found.set(name, values);
  }
  const words = (name: string): string[] =>
    (found.get(name) ?? '')
      .replace(/ \[[^\]]*\].*$/, '')
      .split('|')
      .map((word) => word.trim())
      .filter((word) => word !== '');
  return {
    sources: sourcesOf(words('--source'), type),
    colours: coloursOf(words('--mode'), found.get('--depth') === undefined ? [] : words('--depth')),
    resolutions: resolutionsOf(found.get('--resolution')),
    hasResolution: found.has('--resolution'),
    widthMm: largest(found.get('-x')),
    heightMm: largest(found.get('-y')),
  };
}

function sourcesOf(words: readonly string[], type: string): SaneOptions['sources'] {
  const sources = new Map<PageSource, string | undefined>();
  const isFeeder = (word: string) => /adf|feeder/i.test(word);
  const flatbed = words.find((word) => /flatbed|platen|table|glass|normal/i.test(word));
  // One side of each sheet, the one people lay up, unless the driver knows nothing else.
  const feeder = words.find((word) => isFeeder(word) && !/duplex|back|both/i.test(word)) ?? words.find(isFeeder);
  if (flatbed !== undefined) sources.set('flatbed', flatbed);
  if (feeder !== undefined) sources.set('feeder', feeder);
  if (sources.size === 0) sources.set(/sheet/i.test(type) ? 'feeder' : 'flatbed', undefined);
  return sources;
}

function coloursOf(modes: readonly string[], depths: readonly string[]): SaneOptions['colours'] {
  const depth = depths.includes('8') || depths.includes('8bit') ? 8 : undefined;
  const hasOneBit = depths.includes('1');
  const colours = new Map<ScanColour, { mode?: string; depth?: number | undefined }>();
  for (const [colour, pattern] of colourWords) {
    // Halftone is neither: points that pretend to be grey.
    const mode = modes.find((one) => pattern.test(one) && !/halftone|dither/i.test(one));
    if (mode !== undefined) colours.set(colour, colour === 'lineart' ? { mode } : { mode, depth });
  }
  const grey = colours.get('grey');
  if (!colours.has('lineart') && grey && hasOneBit) colours.set('lineart', { ...grey, depth: 1 });
  if (colours.size === 0) colours.set('colour', {});
  const order: readonly ScanColour[] = ['colour', 'grey', 'lineart'];
  return new Map([...colours].sort(([one], [other]) => order.indexOf(one) - order.indexOf(other)));
}

function resolutionsOf(values: string | undefined): readonly number[] {
  const range = /^(\d+)\.\.(\d+)/.exec(values ?? '');
  if (range) {
    const [low, high] = [Number(range[1]), Number(range[2])];
    const within = usualResolutions.filter((one) => one >= low && one <= high);
    return within.length > 0 ? within : [high];
  }
  const listed = (values ?? '').replace(/ \[.*$/, '').match(/\d+/g) ?? [];
  return [...new Set(listed.map(Number))].filter((one) => one >= 50 && one <= 1200).sort((a, b) => a - b);
}

function largest(values: string | undefined): number | undefined {
  const range = /\.\.(\d+(?:\.\d+)?)mm/.exec(values ?? '');
  return range ? Number(range[1]) : undefined;
}

/**
 * The words to scan with.
 * @throws MailError `bad-request` if the scanner does not offer what is asked
 */
export function saneArguments(options: SaneOptions, request: ScanRequest, paper: Paper): string[] {
  const colour = options.colours.get(request.colour);
  if (!colour || !options.sources.has(request.source) || !isOffered(options, request.resolution)) {
    const hint = 'the scanner does not offer this source, resolution or colour';
    throw new MailError('bad-request', hint, { details: { hint } });
  }
  const source = options.sources.get(request.source);
  const [width, height] = paperMm[paper];
  const area = (name: string, wanted: number, most: number | undefined): string[] =>
    most === undefined ? [] : [name, String(Math.min(wanted, most))];
  return [
    // Order counts: source and mode decide what the other options may be.
    ...(source === undefined ? [] : [`--source=${source}`]),
    ...(colour.mode === undefined ? [] : [`--mode=${colour.mode}`]),
    ...(colour.depth === undefined ? [] : [`--depth=${String(colour.depth)}`]),
    ...(options.hasResolution ? [`--resolution=${String(request.resolution)}`] : []),
    ...area('-x', width, options.widthMm),
    ...area('-y', height, options.heightMm),
    // Black and white stays one bit a point; everything else is small at once.
    `--format=${request.colour === 'lineart' ? 'pnm' : 'jpeg'}`,
  ];
}

function isOffered(options: SaneOptions, resolution: number): boolean {
  return options.resolutions.length === 0 || options.resolutions.includes(resolution);
}
