/** Routes of the address book: everybody at the panel may search it, administrators change it. */
import { z } from 'zod';
import type { AddressEntry, ImportResult } from '../addressbook/index.ts';
import { route, type Route } from './route.ts';

const entry = z
  .object({
    id: z.string(),
    name: z.string(),
    address: z.string(),
    index: z.string().optional().describe('Kana, pinyin or a short word the name is found by'),
  })
  .meta({ id: 'AddressEntry' }) satisfies z.ZodType<AddressEntry>;

const input = z.strictObject({
  name: z.string().max(300).default('').describe('Blank: the address'),
  address: z.string().max(300),
  index: z.string().max(300).optional(),
});

const result = z
  .object({
    isDone: z.boolean().describe('False: nothing was changed'),
    isOfUse: z.boolean().describe('Something of it can be taken, if need be with isSkippingBad'),
    added: z.number().int(),
    changed: z.number().int(),
    removed: z.number().int(),
    skipped: z.number().int(),
    total: z.number().int(),
    problems: z.array(z.object({ line: z.number().int(), message: z.string() })).describe('The first hundred'),
  })
  .meta({ id: 'AddressImport' }) satisfies z.ZodType<ImportResult>;

const formats = z.enum(['csv', 'ldif']);
const idOf = (params: Readonly<Record<string, string>>): string => params['id'] ?? '';

export const addressBookRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/v1/address-book',
    summary: 'Who is found by the beginnings of words',
    role: 'walk-up',
    status: 200,
    query: z.object({
      q: z.string().max(100).default(''),
      limit: z.coerce.number().int().min(1).max(2000).default(100),
    }),
    reply: z.object({ entries: z.array(entry), total: z.number().int() }),
    handle: ({ agent, query }) => agent.addressBook.search(query.q, query.limit),
  }),
  route({
    method: 'get',
    path: '/v1/address-book/recent',
    summary: 'Entries of the address book that scans were sent to lately; addresses typed by others are not among them',
    role: 'walk-up',
    status: 200,
    reply: z.object({ entries: z.array(entry) }),
    handle: async ({ agent }) => ({ entries: await agent.addressBook.recent() }),
  }),
  route({
    method: 'get',
    path: '/v1/address-book/export',
    summary: 'All of it as CSV or LDIF',
    role: 'administrator',
    act: 'address-book-exported',
    status: 200,
    query: z.object({ format: formats.default('csv') }),
    mediaType: 'text/plain',
    handle: async ({ agent, query: { format } }) => {
      const text = await agent.addressBook.exportText(format);
      const headers = {
        'content-type': `${format === 'csv' ? 'text/csv' : 'text/ldif'}; charset=utf-8`,
        'content-disposition': `attachment; filename="address-book.${format}"`,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      };
      // As octets: a string's byte order mark, which spreadsheets need, is kept that way.
      return new Response(new Uint8Array(Buffer.from(text, 'utf8')), { headers });
    },
  }),
  route({
    method: 'post',
    path: '/v1/address-book/import',
    summary: 'Read a file of addresses: all of it, or nothing and why, row by row',
    role: 'administrator',
    act: 'address-book-imported',
    status: 200,
    body: z.strictObject({
      format: formats,
      text: z.string().max(1024 * 1024),
      mode: z.enum(['add', 'replace']).describe('add: an address that is there gets the name of the file'),
      isSkippingBad: z.boolean().default(false).describe('Take the good rows and leave out the others'),
    }),
    reply: result,
    handle: ({ agent, caller, body }) => agent.addressBook.importText(body, caller.by),
  }),
  route({
    method: 'post',
    path: '/v1/address-book',
    summary: 'Add an entry',
    role: 'administrator',
    act: 'address-book-changed',
    status: 201,
    body: input,
    reply: entry,
    handle: ({ agent, caller, body }) => agent.addressBook.add(body, caller.by),
  }),
  route({
    method: 'put',
    path: '/v1/address-book/:id',
    summary: 'Change an entry',
    role: 'administrator',
    act: 'address-book-changed',
    status: 200,
    body: input,
    reply: entry,
    handle: ({ agent, caller, params, body }) => agent.addressBook.replace(idOf(params), body, caller.by),
  }),
  route({
    method: 'delete',
    path: '/v1/address-book/:id',
    summary: 'Remove an entry',
    role: 'administrator',
    act: 'address-book-changed',
    status: 204,
    handle: ({ agent, caller, params }) => agent.addressBook.remove(idOf(params), caller.by),
  }),
];
