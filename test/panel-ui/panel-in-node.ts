/** The control panel in Node (../support/node-page.ts), with two scanners and two people. */
import type { AgentStatus } from '../../src/core/index.ts';
import { sampleJob, sampleScan } from '../support/sample-status.ts';
import { openNodePage, type NodePage } from '../support/node-page.ts';

/** Session of who gave the PIN. */
export const administrator = { product: 'mfp-mail-agent', state: 'signed-in', role: 'administrator', hasPin: true };
/** When the page is opened. */
export const nowMs = Date.UTC(2026, 10, 21, 12);
/** A scanner with a feeder. */
export const glass = {
  id: 'glass',
  title: 'Glass',
  sources: ['flatbed', 'feeder'],
  resolutions: [100, 300, 600],
  colours: ['colour', 'grey'],
  formats: ['pdf', 'tiff'],
};
const old = {
  ...glass,
  id: 'old',
  title: 'Old one',
  sources: ['flatbed'],
  resolutions: [75],
  formats: ['tiff'],
};
/** Whom the address book knows. */
export const people = [
  { id: '1', name: 'Anna', address: 'anna@contoso.com' },
  { id: '2', name: '', address: 'bruno@contoso.com' },
];
/** How the scan is sent. */
export const submit = `POST /v1/scans/${sampleScan.id}/submit`;
const accepted = sampleJob({ state: 'accepted' });
/** What the daemon says. */
export const answers = {
  'GET /v1/scanners': () => ({ scanners: [glass, old].map(({ id, title }) => ({ id, title, kind: 'sane' })) }),
  'GET /v1/scanners/glass': () => glass,
  'GET /v1/scanners/old': () => old,
  'GET /v1/address-book': () => ({ entries: people, total: 2 }),
  'POST /v1/scans': () => sampleScan,
  [submit]: () => accepted,
  'GET /v1/jobs/by-key/:any': () => accepted,
  'GET /v1/sign-in/qr': () => ({ text: 'x', rows: ['1'] }),
  'GET /v1/sign-in/phone-page': () => ({}),
};
/** Opens a view. @param more other answers */
export const open = (hash: string, status: Partial<AgentStatus> = {}, more: object = {}) =>
  openNodePage('control-panel', { hash, status, answers: { ...answers, ...more } });
/** Touches a row of a list. */
export const pressRow = async (page: NodePage, at = 0) => {
  page.all('.row')[at]?.click();
  await page.settle();
};
/** What was sent last. */
export const bodyOf = (page: NodePage, key: string) => page.keysOf(key).at(-1)?.body;
