/** Calls of administrators: network, printers, security, maintenance. */
import type { ImportResult } from '../../src/addressbook/index.ts';
import type { ClientSummary } from '../../src/intake/index.ts';
import type { AuditEntry } from '../../src/audit/index.ts';
import type { AgentStatus } from '../../src/core/index.ts';
import type { LanDoor } from '../../src/api/index.ts';
import type { About, Certificate, LogLine, Network } from '../../src/api/maintenance.ts';
import type { Session } from './endpoints-access.ts';
import type { ChangeReply } from './endpoints.ts';

/** One national cloud with its endpoints; the first entry of each list is the default. */
export interface ProfileEntry {
  readonly name: string;
  readonly title: string;
  readonly loginHosts: readonly string[];
  readonly smtpHosts: readonly string[];
  readonly smtpPort: number;
  readonly scopes: readonly string[];
  readonly hasPersonalAccounts?: boolean;
  readonly portalUrl?: string;
}

/** Calls of the administrator's pages. */
export interface AdminEndpoints {
  'GET /v1/profiles': { reply: { readonly profiles: readonly ProfileEntry[] } };
  'GET /v1/clients': { reply: { readonly clients: readonly ClientSummary[] } };
  'GET /v1/lan': { reply: LanDoor };
  'GET /v1/network': { reply: Network };
  'POST /v1/settings/import': {
    body: { readonly text: string; readonly accept?: readonly string[] };
    reply: ChangeReply;
  };
  'POST /v1/safe-mode/leave': { reply: AgentStatus };
  'POST /v1/settings/reset': { body: { readonly accept: readonly string[] }; reply: ChangeReply };
  'PUT /v1/secrets/lan-password': { body: { readonly value: string }; reply: undefined };
  'PUT /v1/secrets/proxy-password': { body: { readonly value: string }; reply: undefined };
  'PUT /v1/access/password': {
    body: { readonly current: string; readonly next: string };
    reply: Session;
  };
  'PUT /v1/access/pin': { body: { readonly pin: string }; reply: unknown };
  'GET /v1/audit': { query: { readonly limit?: number }; reply: { readonly entries: readonly AuditEntry[] } };
  'GET /v1/log': {
    query: { readonly limit?: number; readonly level?: string };
    reply: { readonly lines: readonly LogLine[] };
  };
  'GET /v1/about': { reply: About };
  'GET /v1/certificate': { reply: Certificate };
  'PUT /v1/certificate': {
    body: { readonly certificatePem: string; readonly keyPem?: string };
    reply: Certificate;
  };
  'DELETE /v1/certificate': { reply: Certificate };
  'POST /v1/address-book/import': {
    body: {
      readonly format: 'csv' | 'ldif';
      readonly text: string;
      readonly mode: 'add' | 'replace';
      readonly isSkippingBad?: boolean;
    };
    reply: ImportResult;
  };
}
