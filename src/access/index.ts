export { createAccess, type Access, type Entry, type PanelSession } from './access.ts';
export type { ClaimCode } from './claim-code.ts';
export type { Session } from './sessions.ts';
