/** "Press Start, pages are scanned, mail arrives": SANE's own test device, the whole agent, the stand-in cloud. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PDFDocument } from 'pdf-lib';
import type { AgentEvent, JobSummary, ScannerDescription, ScannerSummary, ScanSummary } from '../../src/core/index.ts';
import { rootLayout } from '../../src/cli/index.ts';
import { attachmentOf } from '../../src/simulator/index.ts';
import type { Rehearsal } from '../../src/demo/index.ts';
import { bridgeCall } from '../support/bridge-call.ts';
import { saneWithTestDevice } from '../support/sane.ts';
import { rehearse, signIn, until } from '../support/signed-in.ts';
import { tempDir } from '../support/temp-dir.ts';

const pathBefore = process.env['PATH'] ?? '';
let rehearsal: Rehearsal;
let folder: string;
let scanners: readonly ScannerSummary[];

const call = (method: string, path: string, body?: unknown) =>
  bridgeCall(rehearsal.layout.socketPath, method, path, body);

beforeAll(async () => {
  const dir = await tempDir();
  process.env['PATH'] = `${dirname(await saneWithTestDevice(dir))}${delimiter}${pathBefore}`;
  folder = await tempDir();
  // A power cut in the middle of a scan.
  const root = await tempDir();
  const old = join(rootLayout(root).stateDir, 'scans', 'old');
  await mkdir(old, { recursive: true });
  await writeFile(join(old, 'page-1'), 'somebody');
  rehearsal = await rehearse({ root, settings: { 'scan.folder': folder } });
  await signIn(rehearsal);
  ({ scanners } = (await call('GET', '/v1/scanners')).json() as { scanners: ScannerSummary[] });
}, 180_000);

afterAll(() => {
  process.env['PATH'] = pathBefore;
});

async function scanned(id: string): Promise<ScanSummary> {
  return until(async () => {
    const scan = (await call('GET', `/v1/scans/${id}`)).json() as ScanSummary;
    return scan.state === 'scanning' ? undefined : scan;
  }, 30_000);
}

async function start(request: object): Promise<ScanSummary> {
  const reply = await call('POST', '/v1/scans', { scannerId: saneId(), ...request });
  expect([reply.status, reply.body.toString()]).toEqual([201, expect.any(String)]);
  return scanned((reply.json() as ScanSummary).id);
}

const saneId = () => scanners.find(({ title }) => title === 'Noname frontend-tester')?.id ?? '';

async function mailOf(scan: ScanSummary, format: string): Promise<Buffer> {
  const ticket = { to: ['anna@contoso.com'], subject: `Scan as ${format}`, fileName: 'letter-{n}' };
  const reply = await call('POST', `/v1/scans/${scan.id}/submit`, { ticket, format });
  expect(reply.status).toBe(201);
  const { queueId } = reply.json() as JobSummary;
  await until(() => rehearsal.daemon.agent.jobs().find((one) => one.queueId === queueId && one.state === 'accepted'));
  const raw = rehearsal.cloud.deliveries().at(-1)?.raw ?? Buffer.alloc(0);
  expect(raw.toString('latin1')).toContain(`Subject: Scan as ${format}`);
  return raw;
}

describe('scanning with SANE', () => {
  test('pages of before the start are gone', async () => {
    expect(await readdir(rehearsal.layout.stateDir)).not.toContain('scans');
  });

  test('the scanners are listed, and what they offer', async () => {
    expect(scanners.map(({ kind }) => kind).sort()).toEqual(['folder', 'sane', 'sane']);
    const description = (await call('GET', `/v1/scanners/${saneId()}`)).json() as ScannerDescription;
    expect(description).toMatchObject({
      sources: ['flatbed', 'feeder'],
      colours: ['colour', 'grey', 'lineart'],
      formats: ['pdf', 'tiff', 'jpeg'],
    });
    expect(description.resolutions).toContain(300);
    expect((await call('GET', '/v1/scanners/sane-0000000000')).status).toBe(404);
  });

  test('ten pages from the feeder, in colour, arrive as a PDF of ten pages that opens', async () => {
    const events: AgentEvent[] = [];
    const end = rehearsal.daemon.agent.subscribe((event) => events.push(event));
    const scan = await start({ source: 'feeder', resolution: 100, colour: 'colour' });
    end();
    expect(scan).toMatchObject({ state: 'scanned', formats: ['pdf', 'tiff', 'jpeg'] });
    expect(scan.pages).toHaveLength(10);
    expect(events.filter(({ type }) => type === 'scan').length).toBeGreaterThanOrEqual(11);
    const preview = await call('GET', `/v1/scans/${scan.id}/pages/3`);
    expect([preview.status, preview.type]).toEqual([200, 'image/jpeg']);
    expect(preview.body.subarray(0, 2).toString('hex')).toBe('ffd8');
    const file = attachmentOf(await mailOf(scan, 'pdf'));
    const pdf = await PDFDocument.load(file?.content ?? Buffer.alloc(0));
    // The test device's glass is 200 mm wide and high.
    expect(pdf.getPageCount()).toBe(10);
    expect(Math.round(pdf.getPage(9).getWidth())).toBe(567);
    // Nothing of it is left on the device.
    expect(await readdir(join(rehearsal.layout.stateDir, 'scans'))).toEqual([]);
    expect((await call('GET', `/v1/scans/${scan.id}`)).json()).toMatchObject({
      state: 'submitted',
      pages: [],
    });
  }, 90_000);

  test('in black and white, glass then glass again, arrives as a TIFF of two pages', async () => {
    const first = await start({ source: 'flatbed', resolution: 300, colour: 'lineart' });
    expect(first).toMatchObject({ formats: ['pdf', 'tiff'], pages: [{ widthPx: 2362, heightPx: 2362 }] });
    await call('POST', `/v1/scans/${first.id}/more`, {});
    const scan = await scanned(first.id);
    expect(scan.pages).toHaveLength(2);
    const preview = await call('GET', `/v1/scans/${scan.id}/pages/2`);
    expect([preview.status, preview.type]).toEqual([200, 'image/png']);
    const content = attachmentOf(await mailOf(scan, 'tiff'))?.content ?? Buffer.alloc(8);
    expect(content.subarray(0, 4).toString('latin1')).toBe('II*\0');
    let pages = 0;
    for (let at = content.readUInt32LE(4); at !== 0; pages++)
      at = content.readUInt32LE(at + 2 + 12 * content.readUInt16LE(at));
    expect(pages).toBe(2);
  }, 90_000);

  test('each page as a JPEG', async () => {
    const scan = await start({ source: 'flatbed', resolution: 75, colour: 'grey' });
    const raw = await mailOf(scan, 'jpeg');
    expect(raw.toString('latin1')).toContain('filename=letter-1.jpg');
    expect(attachmentOf(raw)?.content.subarray(0, 2).toString('hex')).toBe('ffd8');
  }, 90_000);

  test('cancelled: nothing is sent, nothing is left', async () => {
    const before = rehearsal.daemon.agent.jobs().length;
    const scan = await start({ source: 'flatbed', resolution: 75, colour: 'grey' });
    expect((await call('DELETE', `/v1/scans/${scan.id}`)).json()).toMatchObject({ state: 'cancelled' });
    expect((await call('GET', `/v1/scans/${scan.id}/pages/1`)).status).toBe(404);
    expect(rehearsal.daemon.agent.jobs()).toHaveLength(before);
  });
});

describe('a folder as scanner', () => {
  test('an empty one is an empty feeder; a document in it goes as it is', async () => {
    const empty = await start({ scannerId: 'folder', source: 'feeder', resolution: 300, colour: 'colour' });
    expect(empty).toMatchObject({ state: 'failed', trouble: 'scanner-feeder-empty' });
    const pdf = await (await PDFDocument.create()).save();
    await writeFile(join(folder, 'contract.pdf'), pdf);
    await call('POST', `/v1/scans/${empty.id}/more`, {});
    const scan = await scanned(empty.id);
    expect(scan.pages).toMatchObject([{ hasPreview: false }]);
    const file = attachmentOf(await mailOf(scan, 'pdf'));
    expect(file?.content.equals(Buffer.from(pdf))).toBe(true);
  }, 60_000);
});

describe('the address book beside it', () => {
  test('is filled from a file, searched, and remembers whom scans went to', async () => {
    const text = 'name,email,index\nAnna Kay,anna@contoso.com,an\n';
    const imported = await call('POST', '/v1/address-book/import', { format: 'csv', text, mode: 'add' });
    expect(imported.json()).toMatchObject({ isDone: true, added: 1 });
    expect((await call('GET', '/v1/address-book?q=kay')).json()).toMatchObject({
      entries: [{ name: 'Anna Kay' }],
      total: 1,
    });
    expect((await call('GET', '/v1/address-book/export?format=ldif')).body.toString()).toContain(
      'mail: anna@contoso.com',
    );
    // A program's scans, unlike the panel's, are nobody's recent recipients.
    expect((await call('GET', '/v1/address-book/recent')).json()).toEqual({ entries: [] });
    expect((await call('DELETE', '/v1/address-book/nope')).status).toBe(404);
  });
});
