/** Reading back what was delivered: a page for people, JSON and .eml for programs. */
import type { ServerResponse } from 'node:http';
import { sendJson, sendPage } from './http-exchange.ts';
import { attachments, decodeWords, headerOf } from './message-facts.ts';
import { escapeHtml, page, plainPage } from './phone-pages.ts';
import type { StandInState } from './state.ts';
import type { Delivery } from './types.ts';

/** GET /inbox, /inbox.json, /inbox/<id>.eml */
export function answerInbox({ mailbox }: StandInState, path: string, response: ServerResponse): void {
  if (path === '/inbox') {
    sendPage(response, 200, inboxPage(mailbox.deliveries));
    return;
  }
  if (path === '/inbox.json') {
    sendJson(response, 200, { messages: mailbox.deliveries.map(summary) });
    return;
  }
  const id = /^\/inbox\/(\d{1,9})\.eml$/.exec(path)?.[1];
  const delivery = id === undefined ? undefined : mailbox.byId(id);
  if (!delivery || delivery.isBodyDropped) {
    sendPage(response, 404, plainPage('Not here', 'There is no such mail, or its body is no longer kept.'));
    return;
  }
  response.writeHead(200, {
    'content-type': 'message/rfc822',
    'content-length': String(delivery.raw.length),
    'content-disposition': `attachment; filename="mail-${delivery.id}.eml"`,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  response.end(delivery.raw);
}

function summary(delivery: Delivery): Record<string, unknown> {
  const { raw, ...facts } = delivery;
  return {
    ...facts,
    headerFrom: headerOf(raw, 'from') ?? null,
    subject: decodeWords(headerOf(raw, 'subject') ?? ''),
    messageId: headerOf(raw, 'message-id') ?? null,
    attachments: attachments(raw),
  };
}

function inboxPage(deliveries: readonly Delivery[]): string {
  if (deliveries.length === 0) {
    return page(
      'inbox',
      'Mail that has arrived',
      '<p>Nothing has arrived yet. Scan something, then load this page again.</p>',
      { isWide: true },
    );
  }
  const rows = [...deliveries].reverse().map((one) => {
    const files = attachments(one.raw).map(
      (file) => `${escapeHtml(file.fileName)} <span class="small">(${readableSize(file.sizeBytes)})</span>`,
    );
    return `<tr><td>${escapeHtml(new Date(one.receivedAtMs).toISOString().slice(0, 19).replace('T', ' '))}</td>
<td>${escapeHtml(decodeWords(headerOf(one.raw, 'from') ?? ''))}<br><span class="small">${escapeHtml(one.envelope.reversePath)} to ${escapeHtml(one.envelope.forwardPaths.join(', '))}</span></td>
<td>${escapeHtml(decodeWords(headerOf(one.raw, 'subject') ?? '(no subject)'))}<br>${files.join('<br>')}</td>
<td><a href="/inbox/${one.id}.eml" download>Download</a> <span class="small">${readableSize(one.sizeBytes)}</span></td></tr>`;
  });
  return page(
    'inbox',
    'Mail that has arrived',
    `<table><thead><tr><th scope="col">Arrived (UTC)</th><th scope="col">From and to</th>
<th scope="col">Subject and attachments</th><th scope="col">Mail</th></tr></thead><tbody>${rows.join('')}</tbody></table>`,
    { isWide: true },
  );
}

function readableSize(bytes: number): string {
  return bytes < 1024
    ? `${bytes} bytes`
    : bytes < 1024 * 1024
      ? `${(bytes / 1024).toFixed(1)} KiB`
      : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
