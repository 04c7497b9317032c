/** Plays the technician's phone: follows the pages over HTTP, fills in the forms, reads what the last page says. */
import { request } from 'node:http';
import type { PhoneOutcome } from './types.ts';

interface Shown {
  readonly path: string;
  readonly html: string;
}

const maxRedirects = 5;

/** @throws Error when the phone shows a page that does not belong here, or its server is gone */
export async function playTechnician(
  phoneUrl: string,
  act: {
    readonly userCode: string;
    readonly email: string;
    readonly password: string;
    readonly answer: 'accept' | 'cancel';
  },
): Promise<PhoneOutcome> {
  let shown = await visit(phoneUrl, '/', { code: act.userCode });
  // "That code didn't work" once may be a slip of the finger: a person types it again.
  if (pageName(shown) === 'code') shown = await visit(phoneUrl, '/', { code: act.userCode });
  if (pageName(shown) !== 'sign-in') return refused(shown);
  shown = await visit(phoneUrl, '/sign-in', { flow: flowOf(shown), email: act.email, password: act.password });
  if (pageName(shown) !== 'confirm') return refused(shown);
  shown = await visit(phoneUrl, '/confirm', { flow: flowOf(shown), answer: act.answer });
  const name = pageName(shown);
  if (name === 'done') return { result: 'signed-in', title: titleOf(shown) };
  if (name === 'declined') return { result: 'declined', title: titleOf(shown) };
  return refused(shown);
}

function refused(shown: Shown): PhoneOutcome {
  if (!['code', 'sign-in', 'error'].includes(pageName(shown)))
    throw new Error(`the phone shows a strange page: ${pageName(shown)} at ${shown.path}`);
  const aadsts = /data-aadsts="(\d+)"/.exec(shown.html)?.[1];
  return {
    result: 'refused',
    title: titleOf(shown),
    aadsts: aadsts === undefined ? undefined : Number(aadsts),
    traceId: /data-trace="([^"]+)"/.exec(shown.html)?.[1],
  };
}

function pageName(shown: Shown): string {
  return /<body data-page="([^"]*)"/.exec(shown.html)?.[1] ?? '';
}

function titleOf(shown: Shown): string {
  return (/<h1>([^<]*)<\/h1>/.exec(shown.html)?.[1] ?? '').replace(/&#(\d+);/g, (_all, code: string) =>
    String.fromCodePoint(Number(code)),
  );
}

function flowOf(shown: Shown): string {
  const flow = /name="flow" value="([^"]*)"/.exec(shown.html)?.[1];
  if (flow === undefined) throw new Error(`the page at ${shown.path} has no form to go on with`);
  return flow;
}

/** Posts a form and follows redirects with GET, as browsers do after 303. */
async function visit(phoneUrl: string, path: string, form: Readonly<Record<string, string>>): Promise<Shown> {
  let reply = await exchange(new URL(path, phoneUrl), new URLSearchParams(form).toString());
  for (let i = 0; i < maxRedirects && reply.location !== undefined; i += 1) {
    path = reply.location;
    reply = await exchange(new URL(path, phoneUrl), undefined);
  }
  return { path, html: reply.html };
}

function exchange(
  url: URL,
  body: string | undefined,
): Promise<{ readonly location: string | undefined; readonly html: string }> {
  return new Promise((resolve, reject) => {
    const headers =
      body === undefined
        ? {}
        : {
            'content-type': 'application/x-www-form-urlencoded',
            'content-length': Buffer.byteLength(body),
            origin: url.origin,
          };
    const outgoing = request(
      url,
      { method: body === undefined ? 'GET' : 'POST', agent: false, headers, timeout: 10_000 },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
        });
        response.on('error', reject);
        response.on('end', () => {
          resolve({ location: response.headers.location, html: Buffer.concat(chunks).toString('utf8') });
        });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('the phone does not answer')));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
