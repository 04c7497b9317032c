import type { IncomingMessage, ServerResponse } from 'node:http';

/** Nobody's form is larger. */
const maxFormBytes = 64 * 1024;

/** Reads a form body. @returns undefined if it is too long or not a form */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    sizeBytes += (chunk as Buffer).length;
    if (sizeBytes <= maxFormBytes) chunks.push(chunk as Buffer);
  }
  const type = request.headers['content-type'] ?? '';
  if (sizeBytes > maxFormBytes || !type.toLowerCase().startsWith('application/x-www-form-urlencoded')) return undefined;
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  send(response, status, 'application/json; charset=utf-8', JSON.stringify(body), headers);
}

/** A page without scripts and without anything from elsewhere; the browser is told so. */
export function sendPage(response: ServerResponse, status: number, html: string): void {
  send(response, status, 'text/html; charset=utf-8', html, {
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self' https:; frame-ancestors 'none'; base-uri 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
  });
}

export function sendRedirect(response: ServerResponse, location: string): void {
  send(response, 303, 'text/plain; charset=utf-8', '', { location });
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
    pragma: 'no-cache',
    ...headers,
  });
  response.end(body);
}
