import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { composeMessage } from '../../src/ticket/compose.ts';
import { FileNames } from '../../src/ticket/file-name.ts';
import { submitMessage, submitTicket, ticketSchema, type Ticket } from '../../src/ticket/index.ts';
import { readable } from '../support/mime-parts.ts';
import { bridge, codeOf, device, filesOf, inPieces, ticketScene } from './scene.ts';

const ticketOf = (fields: Partial<Ticket> = {}): Ticket => ticketSchema.parse({ to: ['anna@contoso.com'], ...fields });

describe('a ticket with files', () => {
  test.each<[string, number[]]>([
    ['nothing', [0]],
    ['one octet', [1]],
    ['one line less one', [56]],
    ['exactly one line of base64', [57]],
    ['one line and an octet', [58]],
    ['three lines', [171]],
    ['a megabyte and a bit', [1_000_003]],
    ['several files', [5, 57, 0, 100_000]],
  ])('becomes a message whose files are the same octets: %s', async (_name, sizes) => {
    const { deps, messageOf } = await ticketScene();
    const files = sizes.map((size) => ({ octets: randomBytes(size) }));
    const { kind, queueId } = await submitTicket(ticketOf(), filesOf(...files), deps, bridge);
    expect(kind).toBe('queued');
    const { parts } = await messageOf(queueId);
    expect(parts.map(({ content }) => content.toString('hex'))).toEqual(
      files.map(({ octets }) => octets.toString('hex')),
    );
  });

  test('says who, to whom, what, and where to answer', async () => {
    const { deps, messageOf, spool } = await ticketScene();
    const { queueId } = await submitTicket(
      ticketOf({
        to: ['anna@contoso.com', '"b b"@exämple.org'],
        cc: ['carl@contoso.com'],
        bcc: ['dora@contoso.com'],
        subject: 'März — figures',
        text: 'Grüße\nfrom the third floor\r\n.\r\n',
        requestingUser: { name: 'Ångström, "Anna"', address: 'anna@contoso.com' },
      }),
      filesOf({ name: 'größe – 2.tif', mediaType: 'image/tiff', octets: Buffer.from('x') }),
      deps,
      bridge,
    );
    const { fields, parts, raw } = await messageOf(queueId);
    // Encoded words need no quotes.
    expect(readable(fields['from'])).toBe(`Ångström, "Anna" <${device}>`);
    expect(fields['reply-to']).toContain('<anna@contoso.com>');
    expect(fields['to']).toBe('anna@contoso.com, <"b b"@xn--exmple-cua.org>');
    expect(fields['cc']).toBe('carl@contoso.com');
    expect(raw).not.toMatch(/dora/);
    expect(readable(fields['subject'])).toBe('März — figures');
    expect(parts[0]?.fields['content-type']).toBe('text/plain; charset=utf-8');
    expect(parts[0]?.content.toString('utf8')).toBe('Grüße\r\nfrom the third floor\r\n.\r\n');
    expect(parts[1]).toMatchObject({ fileName: 'größe – 2.tif', fields: { 'content-transfer-encoding': 'base64' } });
    expect(parts[1]?.fields['content-type']).toMatch(/^image\/tiff;/);
    expect(fields['message-id']).toContain(queueId);
    expect(raw.match(/^(date|message-id):/gim)).toHaveLength(2);
    expect(spool.summary(queueId)).toMatchObject({
      door: 'bridge',
      client: 'anna@contoso.com',
      reversePath: device,
      recipients: ['anna@contoso.com', '"b b"@xn--exmple-cua.org', 'carl@contoso.com', 'dora@contoso.com'].map(
        (forwardPath) => ({ forwardPath }),
      ),
    });
  });

  // Cut to one octet each, these letters are CR, LF and a colon.
  test.each(['requestingUser', 'headerFrom'])('no letters of a %s become a header line', async (field) => {
    const { deps, messageOf } = await ticketScene();
    const address = 'x\u010d\u010aBcc\u013aevil@example.com';
    const about = field === 'headerFrom' ? { headerFrom: address } : { requestingUser: { address } };
    expect(await codeOf(submitTicket(ticketOf(about), filesOf({ octets: Buffer.from('x') }), deps, bridge))).toBe(
      'bad-address',
    );
    const hidden = ticketOf({
      requestingUser: { name: 'A\u010d\u010aBcc\u013a b@example.com', address: 'a@b.example' },
    });
    const { queueId } = await submitTicket(hidden, filesOf({ octets: Buffer.from('x') }), deps, bridge);
    expect((await messageOf(queueId)).raw).not.toMatch(/^bcc/im);
  });

  test('an address beyond ASCII stands in the header as UTF-8', async () => {
    const names = new FileNames(undefined, { nowMs: 0, device: 'd', counter: undefined });
    const to = 'č\u010a用户@example.org';
    const pieces: Buffer[] = [];
    for await (const piece of composeMessage(ticketOf({ to: [to] }), filesOf({ octets: Buffer.from('x') }), {
      headerFrom: device,
      names,
    }))
      pieces.push(piece);
    const [headers = ''] = Buffer.concat(pieces).toString('utf8').split('\r\n\r\n');
    expect(headers.split('\r\n').filter((one) => one.startsWith('To:'))).toEqual([`To: ${to}`]);
  });

  test('without text, subject and person is a scan from the device', async () => {
    const { deps, messageOf, spool } = await ticketScene();
    const { queueId } = await submitTicket(ticketOf(), filesOf({ octets: Buffer.from('x') }), deps, bridge);
    const { fields, parts } = await messageOf(queueId);
    expect(fields).toMatchObject({ from: device, subject: 'Scan' });
    expect(fields['reply-to']).toBeUndefined();
    expect(parts).toHaveLength(1);
    expect(spool.summary(queueId)?.client).toBe('firmware');
  });

  test('with hidden recipients only names none', async () => {
    const { deps, messageOf } = await ticketScene();
    const ticket = ticketOf({ to: [], bcc: ['dora@contoso.com'] });
    const { queueId } = await submitTicket(ticket, filesOf({ octets: Buffer.from('x') }), deps, bridge);
    const { fields, raw } = await messageOf(queueId);
    expect(fields['to']).toBe('undisclosed-recipients:;');
    expect(raw).not.toMatch(/dora/);
  });

  test.each<[string, Partial<Ticket>]>([
    ['the subject', { subject: 'a\r\nBcc: evil@example.org\r\n\r\nbody' }],
    ['the name', { requestingUser: { name: 'a\r\nBcc: evil@example.org', address: 'a@contoso.com' } }],
    ['the name of a file', { fileName: 'a\r\nBcc: evil@example.org\r\n\r\n' }],
  ])('lets no header in through %s', async (_name, fields) => {
    const { deps, messageOf } = await ticketScene();
    const { queueId } = await submitTicket(ticketOf(fields), filesOf({ octets: Buffer.from('x') }), deps, bridge);
    const { fields: found, parts } = await messageOf(queueId);
    expect(found['bcc']).toBeUndefined();
    expect(parts).toHaveLength(1);
    expect(parts[0]?.fields['bcc']).toBeUndefined();
  });

  test('nothing in the subject or name hides, turns round or steers', async () => {
    const { deps, messageOf } = await ticketScene();
    const ticket = ticketOf({
      subject: 'Figures\u0000 \u001b[31mof\r\n\u2028 \u202eMay\u2069',
      requestingUser: { name: 'An\u202ena\u0007', address: 'anna@contoso.com' },
      text: 'before\0after',
    });
    const { queueId } = await submitTicket(ticket, filesOf({ octets: Buffer.from('x') }), deps, bridge);
    const { fields, parts } = await messageOf(queueId);
    expect(readable(fields['subject'])).toBe('Figures   [31mof  May');
    expect(readable(fields['from'])).toBe(`Anna <${device}>`);
    expect(parts[0]?.content.toString().trimEnd()).toBe('beforeafter');
  });

  test.each<[string, string, string, string]>([
    ['a message as octets: base64 must not wrap one', 'message/rfc822', 'a.eml', 'application/octet-stream'],
    ['what is no media type by its name', 'pdf', 'a.pdf', 'application/pdf'],
    ['what would be a header line by its name', 'image/x\r\nBcc: evil@x.example', 'a.tif', 'image/tiff'],
    ['what says nothing by its name', 'application/octet-stream', 'a.pdf', 'application/pdf'],
  ])('a file is sent as what it is: %s', async (_name, mediaType, name, expected) => {
    const { deps, messageOf } = await ticketScene();
    const file = { name, mediaType, octets: Buffer.from('x') };
    const { queueId } = await submitTicket(ticketOf(), filesOf(file), deps, bridge);
    expect((await messageOf(queueId)).parts[0]?.fields['content-type']).toMatch(new RegExp(`^${expected}(;|$)`));
  });

  test('from whoever has the address of the device needs no Reply-To', async () => {
    const { deps, messageOf } = await ticketScene();
    const ticket = ticketOf({ requestingUser: { address: device.toUpperCase() } });
    const { queueId } = await submitTicket(ticket, filesOf({ octets: Buffer.from('x') }), deps, bridge);
    expect((await messageOf(queueId)).fields['reply-to']).toBeUndefined();
  });

  test.each<[string, Ticket, string]>([
    ['no recipient at all', ticketOf({ to: [] }), 'no-recipients'],
    ['a name for an address', ticketOf({ to: ['anna'] }), 'bad-address'],
    ['a line end in an address', ticketOf({ to: ['a@b.example\r\nX: y'] }), 'bad-address'],
    ['an address that looks like another', ticketOf({ to: ['anna@con\u200btoso.com'] }), 'bad-address'],
    ['a sender hint that is no address', ticketOf({ headerFrom: 'MFP' }), 'bad-address'],
    ['a local part Exchange does not know', ticketOf({ to: ['jürgen@contoso.com'] }), 'address-needs-smtputf8'],
  ])('is refused and leaves nothing behind: %s', async (_name, ticket, code) => {
    const { deps, spool, disk } = await ticketScene();
    expect(await codeOf(submitTicket(ticket, filesOf({ octets: Buffer.from('x') }), deps, bridge))).toBe(code);
    expect(spool.usage()).toEqual({ jobs: 0, bytes: 0 });
    expect(disk.paths().filter((path) => /\.(msg|env)/.test(path))).toEqual([]);
  });

  test('without a file, or with too many, is refused', async () => {
    const { deps, spool } = await ticketScene();
    expect(await codeOf(submitTicket(ticketOf(), filesOf(), deps, bridge))).toBe('bad-request');
    const many = Array.from({ length: 51 }, () => ({ octets: Buffer.from('x') }));
    expect(await codeOf(submitTicket(ticketOf(), filesOf(...many), deps, bridge))).toBe('bad-request');
    expect(spool.usage().jobs).toBe(0);
  });

  test('obeys the limit of a message while it streams', async () => {
    const { deps, spool } = await ticketScene({ maxMessageBytes: 100_000 });
    let read = 0;
    const body = Readable.from(
      (function* () {
        for (; read < 1000; read++) yield Buffer.alloc(10_000);
      })(),
    );
    async function* endless() {
      await Promise.resolve();
      yield { name: 'x', mediaType: '', body };
    }
    expect(await codeOf(submitTicket(ticketOf(), endless(), deps, bridge))).toBe('message-too-large');
    expect(read).toBeLessThan(50);
    expect(spool.usage()).toEqual({ jobs: 0, bytes: 0 });
  });

  test('a file that breaks off takes the whole submission with it', async () => {
    const { deps, spool } = await ticketScene();
    const body = Readable.from(
      (function* () {
        yield Buffer.alloc(100_000);
        throw new Error('scanner unplugged');
      })(),
    );
    async function* broken() {
      await Promise.resolve();
      yield { name: 'x', mediaType: '', body };
    }
    expect(await codeOf(submitTicket(ticketOf(), broken(), deps, bridge))).toBe('intake-interrupted');
    expect(spool.usage()).toEqual({ jobs: 0, bytes: 0 });
  });
});

describe('the sender hint', () => {
  test('is refused where it is not permitted, with the address to use', async () => {
    const { deps, spool } = await ticketScene({
      rules: { changeSenderAddress: 'allowed', permittedAddresses: ['hr@contoso.com'] },
    });
    const submit = (headerFrom: string) =>
      submitTicket(ticketOf({ headerFrom }), filesOf({ octets: Buffer.from('x') }), deps, bridge);
    await expect(submit('ceo@contoso.com')).rejects.toMatchObject({
      code: 'sender-not-permitted',
      details: { hint: `use ${device}` },
    });
    const { kind, queueId } = await submit('hr@contoso.com');
    expect(kind).toBe('queued');
    // What bounces comes back to the device, whatever From says.
    expect(spool.summary(queueId)?.reversePath).toBe(device);
  });

  test('a plain server without a device address gets the person', async () => {
    const { deps, messageOf, spool } = await ticketScene({
      rules: { provider: 'unspecified', deviceEmailAddress: '' },
    });
    const ticket = ticketOf({ requestingUser: { name: 'Anna', address: 'anna@contoso.com' } });
    const { queueId } = await submitTicket(ticket, filesOf({ octets: Buffer.from('x') }), deps, bridge);
    expect((await messageOf(queueId)).fields['from']).toBe('Anna <anna@contoso.com>');
    expect(spool.summary(queueId)?.reversePath).toBe('anna@contoso.com');
  });
});

describe('a complete message', () => {
  const message = (fields: readonly string[], body = 'Hello\r\n') =>
    Buffer.from(`${fields.join('\r\n')}\r\n\r\n${body}`);

  test.each<[string, string[], string[]]>([
    [
      'To, Cc and Bcc',
      ['To: a@x.example', 'Cc: B <b@x.example>', 'Bcc: c@x.example'],
      ['a@x.example', 'b@x.example', 'c@x.example'],
    ],
    [
      'several of each',
      ['To: a@x.example,\r\n b@x.example', 'To: "C, c" <c@x.example>'],
      ['a@x.example', 'b@x.example', 'c@x.example'],
    ],
    [
      'groups and comments',
      ['To: team: a@x.example, b@x.example;', 'Cc: c@x.example (Carl)'],
      ['a@x.example', 'b@x.example', 'c@x.example'],
    ],
    ['a message sent on', ['To: old@x.example', 'Resent-To: new@x.example'], ['new@x.example']],
    ['U-labels', ['To: a@ex\u00e4mple.org'], ['a@xn--exmple-cua.org']],
  ])('finds the recipients in its header: %s', async (_name, fields, expected) => {
    const { deps, spool, messageOf } = await ticketScene();
    const octets = message([...fields, 'Subject: x']);
    const { queueId } = await submitMessage({ octets: inPieces(octets, 7), forwardPaths: [] }, deps, bridge);
    expect(spool.summary(queueId)?.recipients.map(({ forwardPath }) => forwardPath)).toEqual(expected);
    const { raw } = await messageOf(queueId);
    expect(raw).not.toMatch(/^bcc:/im);
    expect(raw.endsWith('\r\n\r\nHello\r\n')).toBe(true);
  });

  test.each<[string, Buffer, string]>([
    ['nobody', message(['Subject: x']), 'no-recipients'],
    ['an empty group only', message(['To: undisclosed-recipients:;']), 'no-recipients'],
    ['half a list', message(['To: a@x.example, b@']), 'bad-address'],
    ['a local name', message(['To: root']), 'bad-address'],
    ['a header that never ends', Buffer.from(`X: ${'y'.repeat(70)}\r\n`.repeat(4000)), 'header-too-large'],
  ])('is refused: %s', async (_name, octets, code) => {
    const { deps, spool } = await ticketScene();
    expect(await codeOf(submitMessage({ octets: inPieces(octets, 4096), forwardPaths: [] }, deps, bridge))).toBe(code);
    expect(spool.usage().jobs).toBe(0);
  });

  test('obeys an envelope of its own, and an empty reverse-path', async () => {
    const { deps, spool } = await ticketScene();
    const octets = message(['To: somebody else']);
    const given = { octets: inPieces(octets, 5), forwardPaths: ['a@x.example'], reversePath: '' };
    const { queueId } = await submitMessage(given, deps, bridge);
    expect(spool.summary(queueId)).toMatchObject({ reversePath: '', recipients: [{ forwardPath: 'a@x.example' }] });
  });

  test('keeps its body octet for octet, dots and 8-bit letters too', async () => {
    const { deps, messageOf } = await ticketScene();
    const body = '.\r\n..\r\n\u00e9\r\nFrom here\r\n';
    const octets = Buffer.from(`To: a@x.example\r\n\r\n${body}`, 'latin1');
    const { queueId } = await submitMessage({ octets: inPieces(octets, 1), forwardPaths: [] }, deps, bridge);
    expect((await messageOf(queueId)).raw.endsWith(`\r\n\r\n${body}`)).toBe(true);
  });
});
