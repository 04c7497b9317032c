/**
 * English. Another language is one more file of this shape, entered in `index.ts` of this folder; the compiler names the
 * entries it lacks.
 */
import { type GuidanceId } from '../entries.ts';
import { type LanguageTexts } from './language.ts';
import { enDevice } from './en-device.ts';
import { enScan } from './en-scan.ts';
import { enMailServer } from './en-mail-server.ts';
import { enSignIn } from './en-sign-in.ts';
import { type GuidanceText } from '../types.ts';

export const en: LanguageTexts = {
  language: 'en',
  texts: { ...enDevice, ...enScan, ...enMailServer, ...enSignIn } satisfies Readonly<Record<GuidanceId, GuidanceText>>,
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
    mailbox: 'mailbox of this device',
    connect: 'Connect-ExchangeOnline',
    queueId: 'id of the message',
    host: 'name of the server',
    smtpPort: '587',
    proxy: 'proxy',
  },
  again: {
    byItself: {
      sentence: 'The device tries again by itself.',
      panel: 'The device tries again by itself.',
    },
    bySignIn: {
      sentence: 'The sign-in has ended; start it again when this is over.',
      panel: 'Start the sign-in again later.',
    },
  },
  support: {
    intro: 'If you ask for help, send these lines as they are:',
    message: 'Message',
    time: 'Time',
    number: 'Number',
    answer: 'Answer',
  },
  sentences: {
    nobody: 'nobody',
    wrong: (title) => `${title}.`,
    attention: 'Something needs attention.',
    ready: (upn, deviceEmailAddress, isSharedMailbox) =>
      `Ready: signed in as ${upn}, mail goes out as ${deviceEmailAddress}${isSharedMailbox ? ' (shared mailbox)' : ''}.`,
    relayOnly: (host) => `Ready: scans go to ${host} without a sign-in.`,
    starting: 'A code is being asked for.',
    code: 'Waiting for the code to be typed on a phone.',
    confirm: (upn) => `${upn} has signed in; waiting for a person to say "Use this mailbox".`,
    proving: (upn, trouble) =>
      `Signed in as ${upn}; waiting for the mail server to say yes.` +
      (trouble === undefined ? '' : ` Trouble: ${trouble}; it is asked again.`),
    unproven: (upn) => `Signed in as ${upn}; the mail server is asked with the next scan.`,
  },
};
