/** Routes of scanning at the panel: scanners, pages, and the job they become. */
import { Readable } from 'node:stream';
import { z } from 'zod';
import type { ScannerDescription, ScannerSummary, ScanSummary } from '../core/index.ts';
import { ticketSchema } from '../ticket/index.ts';
import { route, type Route } from './route.ts';
import * as shapes from './schemas.ts';

const sources = z.enum(['flatbed', 'feeder']);
const colours = z.enum(['colour', 'grey', 'lineart']);
const formats = z.enum(['pdf', 'tiff', 'jpeg']);
const resolution = z.number().int().min(30).max(4800).describe('Points per inch');

const scanner = z
  .object({ id: z.string(), title: z.string(), kind: z.enum(['sane', 'folder']) })
  .meta({ id: 'Scanner' }) satisfies z.ZodType<ScannerSummary>;

const description = z
  .object({
    id: z.string(),
    title: z.string(),
    sources: z.array(sources),
    resolutions: z.array(z.number().int()).describe('Points per inch; empty: the scanner knows one only'),
    colours: z.array(colours),
    formats: z.array(formats),
  })
  .meta({ id: 'ScannerDescription' }) satisfies z.ZodType<ScannerDescription>;

const scan = z
  .object({
    id: z.string(),
    scannerId: z.string(),
    state: z.enum(['scanning', 'scanned', 'failed', 'cancelled', 'submitted']),
    pages: z.array(
      z.object({
        n: z.number().int(),
        widthPx: z.number().int(),
        heightPx: z.number().int(),
        sizeBytes: z.number().int(),
        hasPreview: z.boolean(),
      }),
    ),
    formats: z.array(formats).describe('What these pages can be sent as'),
    trouble: z.string().optional().describe('Catalogue code of what stopped the scanner; pages before it are kept'),
    queueId: z.string().optional(),
  })
  .meta({ id: 'Scan' }) satisfies z.ZodType<ScanSummary>;

const idOf = (params: Readonly<Record<string, string>>): string => params['id'] ?? '';

export const scanRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/v1/scanners',
    summary: 'Scanners there are now; may take some seconds',
    role: 'walk-up',
    status: 200,
    reply: z.object({ scanners: z.array(scanner) }),
    handle: async ({ agent }) => ({ scanners: await agent.scans.scanners() }),
  }),
  route({
    method: 'get',
    path: '/v1/scanners/:id',
    summary: 'What a scanner offers',
    role: 'walk-up',
    status: 200,
    reply: description,
    handle: ({ agent, params }) => agent.scans.scanner(idOf(params)),
  }),
  route({
    method: 'post',
    path: '/v1/scans',
    summary: 'Start: pages come in afterwards, as events `scan` tell',
    role: 'walk-up',
    status: 201,
    body: z.strictObject({ scannerId: z.string().max(100), source: sources, resolution, colour: colours }),
    reply: scan,
    handle: ({ agent, body: { scannerId, ...request } }) => agent.scans.begin(scannerId, request),
  }),
  route({
    method: 'get',
    path: '/v1/scans/:id',
    summary: 'One scan; asking keeps it from ending after 15 idle minutes',
    role: 'walk-up',
    status: 200,
    reply: scan,
    handle: ({ agent, params }) => agent.scans.scan(idOf(params)),
  }),
  route({
    method: 'get',
    path: '/v1/scans/:id/pages/:n',
    summary: 'Picture of a page: image/jpeg, or image/png of a black and white one',
    role: 'walk-up',
    status: 200,
    handle: async ({ agent, params }) => {
      const { mediaType, body } = await agent.scans.preview(idOf(params), Number(params['n']));
      // A page is somebody's letter: no shared cache, and nothing a browser would take for anything but a picture.
      const headers = {
        'content-type': mediaType,
        'cache-control': 'private, max-age=900',
        'x-content-type-options': 'nosniff',
      };
      return new Response(Readable.toWeb(body) as ReadableStream<Uint8Array>, { headers });
    },
  }),
  route({
    method: 'post',
    path: '/v1/scans/:id/more',
    summary: 'Next pages into the same scan',
    role: 'walk-up',
    status: 200,
    body: z.strictObject({ source: sources.optional(), resolution: resolution.optional(), colour: colours.optional() }),
    reply: scan,
    handle: ({ agent, params, body: { source, resolution, colour } }) =>
      agent.scans.more(idOf(params), {
        ...(source === undefined ? {} : { source }),
        ...(resolution === undefined ? {} : { resolution }),
        ...(colour === undefined ? {} : { colour }),
      }),
  }),
  route({
    method: 'delete',
    path: '/v1/scans/:id',
    summary: 'Cancel: the scanner stops, the pages are removed',
    role: 'walk-up',
    status: 200,
    reply: scan,
    handle: ({ agent, params }) => agent.scans.cancel(idOf(params)),
  }),
  route({
    method: 'post',
    path: '/v1/scans/:id/submit',
    summary: 'Send the pages. 201 when the job is durable; again with the same scan: the same job',
    role: 'walk-up',
    status: 201,
    body: z.strictObject({ ticket: ticketSchema, format: formats }),
    reply: shapes.job,
    handle: async ({ agent, caller: { by, door }, params, body: { ticket, format } }) => {
      const submitter = { by, door: door === 'panel' ? 'panel' : 'bridge' } as const;
      return agent.jobSummary(await agent.scans.submit(idOf(params), ticket, format, submitter));
    },
  }),
];
