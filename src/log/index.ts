export type { KeptLine } from './line-ring.ts';
export { createMailLog, type LogLevel, type MailLogOptions, type OwnedMailLog } from './create-mail-log.ts';
