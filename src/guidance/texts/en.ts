/**
 * English. Another language is one more file of this shape, entered in `index.ts` of this folder; the compiler names the
 * entries it lacks.
 */
import { type GuidanceId } from '../entries.ts';
import { type LanguageTexts } from './language.ts';
import { enDevice } from './en-device.ts';
import { enMailServer } from './en-mail-server.ts';
import { enSignIn } from './en-sign-in.ts';
import { type GuidanceText } from '../types.ts';

export const en: LanguageTexts = {
  texts: { ...enDevice, ...enMailServer, ...enSignIn } satisfies Readonly<Record<GuidanceId, GuidanceText>>,
  fillIn: {
    deviceEmailAddress: 'device e-mail address',
    upn: 'signed-in account',
    tenant: 'tenant',
    clientId: 'client id',
    cloud: 'cloud',
    smtpHost: 'mail server',
    loginHost: 'sign-in host',
    consentLink: 'consent link: set the client id first',
    portalUrl: 'administration portal of your cloud',
    reply: 'not known',
    size: 'size not known',
    mailbox: 'mailbox of this device',
    connect: 'Connect-ExchangeOnline',
    queueId: 'id of the message',
  },
};
