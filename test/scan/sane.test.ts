import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { MailError } from '../../src/core/index.ts';
import { readSaneOptions, saneArguments } from '../../src/scan/sane-options.ts';
import { createSaneSource, readDevices } from '../../src/scan/sane-source.ts';
import { scanFailure } from '../../src/scan/scanimage.ts';
import { SkippableClock } from '../support/skippable-clock.ts';
import { tempDir } from '../support/temp-dir.ts';

/** What real drivers print, shortened; the words are theirs. */
const drivers = {
  // SANE's own test device.
  test: `
All options specific to device \`test:0':
  Scan Mode:
    --mode Gray|Color [Gray]
        Selects the scan mode (e.g., lineart, monochrome, or color).
    --depth 1|8|16 [8]
    --hand-scanner[=(yes|no)] [no]
    --three-pass-order RGB|RBG|GBR|GRB|BRG|BGR [inactive]
    --resolution 1..1200dpi (in steps of 1) [50]
    --source Flatbed|Automatic Document Feeder [Flatbed]
  Geometry:
    -l 0..200mm (in steps of 1) [0]
    -t 0..200mm (in steps of 1) [0]
    -x 0..200mm (in steps of 1) [80]
    -y 0..200mm (in steps of 1) [100]
`,
  // A sheet-fed scanner: fractions, list of resolutions, duplex first.
  feeder: `
    --source ADF Duplex|ADF Front|ADF Back [ADF Front]
    --mode Lineart|Halftone|Gray|Color [Lineart]
    --resolution 50..600dpi (in steps of 1) [600]
    -x 0..221.121mm (in steps of 0.0211639) [215.872]
    -y 0..355.6mm (in steps of 0.0211639) [279.364]
`,
  // A flatbed without a source option, resolutions as a list.
  flatbed: `
    --mode Color|Gray|Black & White [Color]
    --resolution auto||75|150|300|600|1200|2400dpi [75]
    -x 0..215.9mm [215.9]
    -y 0..297.01mm [297.01]
`,
  // Driver whose depth and source cannot be set now.
  inactive: `
    --mode 24-bit Color|True Gray [24-bit Color]
    --depth 8 [inactive]
    --source Flatbed [inactive]
    --resolution 300dpi [300]
`,
  // A camera: nothing to choose.
  nothing: ``,
} as const;

describe('options of a driver', () => {
  test.each<[keyof typeof drivers, string, object]>([
    [
      'test',
      'virtual device',
      {
        sources: ['flatbed', 'feeder'],
        colours: ['colour', 'grey', 'lineart'],
        resolutions: [75, 100, 150, 200, 300, 400, 600],
      },
    ],
    ['feeder', 'scanner', { sources: ['feeder'], colours: ['colour', 'grey', 'lineart'] }],
    ['flatbed', 'flatbed scanner', { sources: ['flatbed'], resolutions: [75, 150, 300, 600, 1200] }],
    ['inactive', 'flatbed scanner', { sources: ['flatbed'], colours: ['colour', 'grey'], resolutions: [300] }],
    ['nothing', 'virtual device', { sources: ['flatbed'], colours: ['colour'], resolutions: [] }],
    ['nothing', 'sheetfed scanner', { sources: ['feeder'] }],
  ])('%s (%s)', (name, type, expected) => {
    const { sources, colours, resolutions } = readSaneOptions(drivers[name], type);
    expect({ sources: [...sources.keys()], colours: [...colours.keys()], resolutions }).toMatchObject(expected);
  });

  test.each<[keyof typeof drivers, Parameters<typeof saneArguments>[1], Parameters<typeof saneArguments>[2], string[]]>(
    [
      [
        'test',
        { source: 'feeder', resolution: 300, colour: 'lineart' },
        'a4',
        [
          '--source=Automatic Document Feeder',
          '--mode=Gray',
          '--depth=1',
          '--resolution=300',
          '-x',
          '200',
          '-y',
          '200',
          '--format=pnm',
        ],
      ],
      [
        'feeder',
        { source: 'feeder', resolution: 300, colour: 'colour' },
        'a4',
        ['--source=ADF Front', '--mode=Color', '--resolution=300', '-x', '210', '-y', '297', '--format=jpeg'],
      ],
      [
        'flatbed',
        { source: 'flatbed', resolution: 150, colour: 'lineart' },
        'letter',
        ['--mode=Black & White', '--resolution=150', '-x', '215.9', '-y', '279.4', '--format=pnm'],
      ],
      [
        'flatbed',
        { source: 'flatbed', resolution: 150, colour: 'grey' },
        'whole',
        ['--mode=Gray', '--resolution=150', '-x', '215.9', '-y', '297.01', '--format=jpeg'],
      ],
      ['nothing', { source: 'flatbed', resolution: 300, colour: 'colour' }, 'a4', ['--format=jpeg']],
    ],
  )('%s is asked in its own words: %j', (name, request, paper, expected) => {
    expect(saneArguments(readSaneOptions(drivers[name], ''), request, paper)).toEqual(expected);
  });

  test.each([
    { source: 'flatbed', resolution: 300, colour: 'grey' },
    { source: 'feeder', resolution: 301, colour: 'grey' },
  ] as const)('what is not offered is refused: %j', (request) => {
    const options = readSaneOptions(drivers.feeder.replace('50..600dpi (in steps of 1)', '200|300dpi'), '');
    expect(() => saneArguments(options, request, 'a4')).toThrow(expect.objectContaining({ code: 'bad-request' }));
  });
});

test('the list of devices: names with odd characters are left out, ids do not repeat them', () => {
  const text = [
    'epson2:libusb:001:004\tEpson\tPerfection V39\tflatbed scanner',
    'escl:https://192.0.2.30:443\tESCL\tMFP\tsheetfed scanner',
    '--batch-script=x\tEvil\tOption\tvirtual device',
    'two words\tA\tB\tC',
    'half a line',
    'net:host:x\tAc\u001b[31mme\tOne\r\u007f\tflatbed scanner',
  ].join('\n');
  expect(readDevices(text)).toEqual([
    expect.objectContaining({ title: 'Epson Perfection V39', id: expect.stringMatching(/^sane-[0-9a-f]{10}$/) }),
    expect.objectContaining({ device: 'escl:https://192.0.2.30:443' }),
    expect.objectContaining({ title: 'Ac[31mme One' }),
  ]);
});

test('halftones are neither grey nor black and white', () => {
  const modes = 'Black & White Halftone|Lineart|Gray (dithered)|Gray';
  const { colours } = readSaneOptions(`    --mode ${modes} [Gray]\n`, 'flatbed scanner');
  expect([...colours].map(([colour, { mode }]) => [colour, mode])).toEqual([
    ['grey', 'Gray'],
    ['lineart', 'Lineart'],
  ]);
});

test.each<[number | null, string, string]>([
  [7, 'scanimage: sane_start: Document feeder out of documents', 'scanner-feeder-empty'],
  [6, 'scanimage: sane_read: Document feeder jammed', 'scanner-jammed'],
  [8, 'scanimage: sane_read: Scanner cover is open', 'scanner-cover-open'],
  [3, 'scanimage: sane_start: Device busy', 'scanner-busy'],
  [9, 'scanimage: sane_read: Error during device I/O', 'scanner-failed'],
  // Older ones exit with 1 for everything.
  [1, 'scanimage: open of device epson2 failed: Invalid argument', 'scanner-not-found'],
  [1, 'scanimage: open of device epson2 failed: Device busy', 'scanner-busy'],
  [1, 'scanimage: no SANE devices found', 'scanner-not-found'],
  // Killed, or a new sentence.
  [null, '', 'scanner-failed'],
  [1, 'scanimage: rounded value of br-x from 210 to 200', 'scanner-failed'],
])('exit %s with "%s" is %s', (exitCode, complaint, code) => {
  expect(scanFailure(exitCode, `${complaint}\n`)).toMatchObject({ code });
});

/** A scanimage that does what `script` says after listing one device with the test device's options. */
async function source(script: string, pageTimeoutS = 60) {
  const dir = await tempDir();
  const program = join(dir, 'scanimage');
  await writeFile(join(dir, 'options'), drivers.test);
  await writeFile(
    program,
    `#!/bin/sh
case "$*" in
-f*) printf 'test:0\\tNoname\\tScanner\\tvirtual device\\n'; exit 0 ;;
*-A) cat '${dir}/options'; exit 0 ;;
esac
echo $$ > '${dir}/pid'
printf '%s\\n' "$@" > '${dir}/arguments'
${script}
`,
  );
  await chmod(program, 0o755);
  const pages = join(dir, 'pages');
  await mkdir(pages);
  const clock = new SkippableClock();
  const sane = createSaneSource({ program, clock, config: () => ({ paper: 'a4', pageTimeoutS }) });
  const [scanner] = await sane.list({});
  const cancel = new AbortController();
  const room = { dir: pages, firstN: 1, maxPages: 20, maxBytes: 1_000_000, assertSpace: () => space() };
  const found: string[] = [];
  let space = () => Promise.resolve();
  const fill = () => {
    space = () => Promise.reject(new MailError('disk-full', 'full'));
  };
  const scan = async (onPage: () => void = () => undefined) => {
    const request = { source: 'feeder', resolution: 300, colour: 'colour' } as const;
    for await (const { path } of sane.scan(scanner?.id ?? '', request, room, { signal: cancel.signal })) {
      found.push(path);
      onPage();
    }
  };
  return { scan, fill, found, clock, cancel, dir, pages };
}

const page = (n: number) => `echo x > page-${String(n)}; echo page-${String(n)}`;

describe('a run of scanimage', () => {
  test('gives pages as they come; an empty feeder after a page is the end', async () => {
    const { scan, found, pages } = await source(
      `${page(1)}; ${page(2)}; echo 'scanimage: sane_start: Document feeder out of documents' >&2; exit 7`,
    );
    await scan();
    expect(found).toEqual([join(pages, 'page-1'), join(pages, 'page-2')]);
  });

  test('an empty feeder before the first page is said', async () => {
    const { scan } = await source(`exit 7`);
    await expect(scan()).rejects.toMatchObject({ code: 'scanner-feeder-empty' });
  });

  test('a jam keeps the pages before it', async () => {
    const { scan, found } = await source(`${page(1)}; echo 'scanimage: sane_read: Document feeder jammed' >&2; exit 6`);
    await expect(scan()).rejects.toMatchObject({ code: 'scanner-jammed' });
    expect(found).toHaveLength(1);
  });

  test('silence ends it, by SIGKILL if need be', async () => {
    const { scan, clock } = await source(`trap '' TERM; ${page(1)}; while :; do sleep 0.05; done`, 60);
    const failed = expect(scan()).rejects.toMatchObject({ code: 'scanner-failed' });
    await skipUntil(clock, failed);
  });

  test('a driver that complains and then hangs is ended with its complaint', async () => {
    const { scan, clock } = await source(`echo 'scanimage: sane_read: Device busy' >&2; exec sleep 1000`, 600);
    await skipUntil(clock, expect(scan()).rejects.toMatchObject({ code: 'scanner-busy' }));
  });

  test('a scanner that never stops is stopped by the bytes', async () => {
    const { scan, clock } = await source(`while :; do head -c 100000 /dev/zero >> page-1.part; sleep 0.01; done`, 600);
    await skipUntil(clock, expect(scan()).rejects.toMatchObject({ code: 'scan-too-large' }));
  });

  test('a full disk ends it before the reserve of the queue is eaten', async () => {
    const { scan, clock, fill } = await source(`${page(1)}; exec sleep 1000`, 600);
    await skipUntil(clock, expect(scan(fill)).rejects.toMatchObject({ code: 'disk-full' }));
  });

  test('a folder that is gone is not told as a missing program', async () => {
    const { scan, pages } = await source(`exit 0`);
    await rm(pages, { recursive: true });
    await expect(scan()).rejects.toMatchObject({ code: 'scanner-failed', message: 'folder of the scan is gone' });
  });

  test('cancelling ends the program', async () => {
    const { scan, cancel, dir } = await source(`${page(1)}; exec sleep 1000`);
    await expect(
      scan(() => {
        cancel.abort(new Error('cancelled'));
      }),
    ).rejects.toThrow('cancelled');
    const pid = Number(await readFile(join(dir, 'pid'), 'utf8'));
    expect(() => process.kill(pid, 0)).toThrow();
  });

  test('lines that are no page names are not taken for paths', async () => {
    const { scan, found, pages } = await source(`echo ../../etc/passwd; echo page-1/../x; ${page(1)}; exit 0`);
    await scan();
    expect(found).toEqual([join(pages, 'page-1')]);
    expect(await readdir(pages)).toEqual(['page-1']);
  });

  test('a program that is not there is no scanner', async () => {
    const sane = createSaneSource({
      program: join(await tempDir(), 'scanimage'),
      clock: new SkippableClock(),
      config: () => ({ paper: 'a4', pageTimeoutS: 60 }),
    });
    await expect(sane.list({})).rejects.toMatchObject({ code: 'scanner-not-found' });
  });
});

/** Real programs run in real time; only our waits are skipped. */
async function skipUntil(clock: SkippableClock, promise: Promise<unknown>): Promise<void> {
  const state = { isOver: false };
  const over = promise.finally(() => {
    state.isOver = true;
  });
  while (!state.isOver) {
    clock.skip(2_000);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await over;
}
