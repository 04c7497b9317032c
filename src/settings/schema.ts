/**
 * The one schema of all settings. Types, defaults, validation, the JSON Schema for conf and the API, form fields and help
 * all come from here; nothing repeats a default.
 */
import { z } from 'zod';
import { cloudProfiles, type CloudName } from '../cloud/index.ts';
import { languages } from '../core/index.ts';
import { setting } from './field-meta.ts';
import { readFolder } from './folder-reader.ts';
import * as read from './field-readers.ts';
import { readDnsName } from './host-name.ts';
import * as lanRead from './lan-readers.ts';

/** A text that `reader` tidies; what it throws becomes the problem of the field. */
function text(reader: (text: string) => string, maxLength = 253) {
  return z
    .string()
    .max(maxLength)
    .check((payload) => {
      try {
        payload.value = reader(payload.value);
      } catch (error) {
        payload.issues.push({
          code: 'custom',
          input: payload.value,
          message: error instanceof Error ? error.message : String(error),
        });
      }
    });
}

const whole = (min: number, max: number) => z.int().min(min).max(max);
const kib = 1024;
const mib = 1024 * kib;

const service = z.strictObject({
  provider: setting(z.enum(['unspecified', 'exchange-online']).default('exchange-online'), {
    title: 'Service provider',
    help: 'Exchange Online signs in with a code; "unspecified" is a plain SMTP server without sign-in.',
  }),
  cloud: setting(z.enum(Object.keys(cloudProfiles) as [CloudName, ...CloudName[]]).default('global'), {
    title: 'Cloud',
    help: 'The national cloud the mailbox lives in; it decides all host names. "custom" takes your own.',
  }),
  smtpHost: setting(text(read.readHost).default(''), {
    title: 'SMTP server',
    help: 'Name of the mail server. Blank with Exchange Online: the server of the cloud.',
  }),
  smtpPort: setting(whole(1, 65_535).default(587), {
    title: 'SMTP port',
    help: 'Port of the mail server; 587 is the submission port.',
  }),
  smtpSecurity: setting(z.enum(['starttls', 'starttls-if-offered', 'implicit', 'none']).default('starttls'), {
    title: 'SMTP encryption',
    help: 'For a plain SMTP server. Exchange Online always uses STARTTLS.',
  }),
  loginHost: setting(text(readDnsName).default(''), {
    title: 'Log-in host',
    help: 'Host of the identity service. Blank: the host of the cloud.',
  }),
  tenant: setting(text(read.readTenant).default('organizations'), {
    title: 'Tenant',
    help: 'Tenant id or a domain of the organisation; "organizations" for any, "consumers" for Outlook.com.',
  }),
  clientId: setting(text(read.readClientId, 200).default(''), {
    title: 'Client id',
    help: 'Application (client) id of your own app registration, 36 characters.',
  }),
  scope: setting(text(read.readScope, 1000).default(''), {
    title: 'Scope',
    help: 'What the sign-in asks for. Blank: the scope of the cloud.',
  }),
  isPrivateNetworkAllowed: setting(z.boolean().default(false), {
    title: 'Allow servers in the private network',
    help: 'With a custom cloud: lets the server names above be addresses of the local network or of this device.',
  }),
});

const sender = z.strictObject({
  deviceEmailAddress: setting(text(read.readAddress, 254).default(''), {
    title: 'Device e-mail address',
    help: 'Where scans are sent from; equals the user principal name of the account. The first sign-in fills it in.',
  }),
  changeSenderAddress: setting(z.enum(['prohibited', 'allowed']).default('prohibited'), {
    title: 'Change sender address',
    help: 'Allowed: a scan may carry an address of the permitted list as its sender.',
  }),
  permittedAddresses: setting(
    z
      .array(text(read.readAddress, 254).check(z.minLength(1)))
      .max(100)
      .default([]),
    {
      title: 'Permitted sender addresses',
      help: 'Aliases and other addresses the mailbox may send as.',
    },
  ),
  usesAuthenticatedUserAddress: setting(z.boolean().default(false), {
    title: "Use the authenticated user's e-mail address",
    help: 'The sender is whoever is logged in at the panel. Not with Exchange Online.',
  }),
  sendingUser: setting(z.enum(['device', 'remote-authenticated-user']).default('device'), {
    title: 'Sending user',
    help: 'Who authenticates at the mail server. Exchange Online knows the device only.',
  }),
  isSharedMailbox: setting(z.boolean().default(false), {
    title: 'Shared mailbox',
    help: 'The device e-mail address is a shared mailbox; the signed-in account is its delegate.',
  }),
});

const network = z.strictObject({
  proxyUrl: setting(text(read.readProxyUrl, 300).default(''), {
    title: 'Proxy',
    help: 'For the log-in, as http://name:port. Blank: none.',
  }),
  proxyUser: setting(text(read.readProxyUser, 128).default(''), {
    title: 'Proxy user',
    help: 'If the proxy wants a log-in; the password is stored apart.',
  }),
  isProxyUsedForSmtp: setting(z.boolean().default(false), {
    title: 'Proxy for SMTP',
    help: 'Mail goes through the proxy too; it must allow CONNECT to the SMTP port.',
  }),
  proxyBypass: setting(z.array(text(read.readBypass)).max(100).default([]), {
    title: 'Proxy bypass',
    help: 'Hosts and domains that are reached without the proxy.',
  }),
  extraCaPem: setting(
    z
      .array(text(read.readCertificate, 16 * kib))
      .max(20)
      .default([]),
    {
      title: 'Additional certificate authorities',
      help: "PEM certificates of authorities to trust beside the built-in ones, such as an inspecting proxy's.",
    },
  ),
});

const intake = z.strictObject({
  loopbackPort: setting(whole(0, 65_535).default(2525), {
    title: 'Intake port',
    help: 'Port on 127.0.0.1 where firmware hands in scans. 0 lets the operating system choose.',
  }),
  isBareLineEndRefused: setting(z.boolean().default(false), {
    title: 'Refuse bare line ends',
    help: 'Refuses messages with a lone CR or LF instead of mending them.',
  }),
  recipientDomains: setting(z.array(text(lanRead.readMailDomain)).max(100).default([]), {
    title: 'Permitted recipient domains',
    help: 'Scans go to addresses of these domains only. Blank: anywhere.',
  }),
  quirks: setting(z.array(text(lanRead.readQuirk, 300)).max(100).default([]), {
    title: 'Printer quirks',
    help: 'What single printers do differently, as address=name, such as 192.168.1.20=missing-final-dot; join names with +.',
  }),
});

/** The door for printers on the network: closed unless somebody says who may come in (T4). */
const lan = z.strictObject({
  isEnabled: setting(z.boolean().default(false), {
    title: 'Accept mail from the network',
    help: 'Lets other printers hand in scans by SMTP. Needs permitted networks, and a log-in or trusted printers.',
  }),
  address: setting(text(lanRead.readListenAddress, 64).default('0.0.0.0'), {
    title: 'Listening address',
    help: 'Address of the network card; 0.0.0.0 is every IPv4 address, :: every address.',
  }),
  plainPort: setting(whole(0, 65_535).default(25), {
    title: 'Port 25',
    help: 'SMTP with STARTTLS for those who can. 0: off.',
  }),
  submissionPort: setting(whole(0, 65_535).default(587), {
    title: 'Submission port',
    help: 'SMTP with STARTTLS; most printers use 587. 0: off.',
  }),
  tlsPort: setting(whole(0, 65_535).default(0), {
    title: 'SSL/TLS port',
    help: 'SMTP inside TLS from the first octet, usually 465. 0: off.',
  }),
  oldTlsListeners: setting(
    z
      .array(z.enum(['plain', 'submission', 'tls']))
      .max(3)
      .default([]),
    {
      title: 'Listeners with old TLS',
      help: 'These listeners also take TLS 1.0 and 1.1 with weak ciphers: for old printers only.',
    },
  ),
  allowedNetworks: setting(z.array(text(lanRead.readNetwork, 64)).max(100).default([]), {
    title: 'Permitted networks',
    help: 'Addresses and networks that may connect, such as 192.168.1.0/24; everybody else is refused.',
  }),
  trustedPrinters: setting(z.array(text(lanRead.readNetwork, 64)).max(100).default([]), {
    title: 'Trusted printers',
    help: 'Addresses that may send without a log-in; they must lie within the permitted networks.',
  }),
  userName: setting(text(lanRead.readLanUser, 255).default(''), {
    title: 'Log-in name for printers',
    help: 'Printers that are not trusted log in with it, over TLS only; the password is stored apart.',
  }),
  signInOverdueHours: setting(whole(1, 720).default(4), {
    title: 'Refuse when no sign-in for',
    help: 'When nobody has signed in for so long, printers on the network are told so instead of having scans held.',
    unit: 'hours',
  }),
});

const limits = z.strictObject({
  maxMessageBytes: setting(whole(64 * kib, 150 * mib).default(50 * mib), {
    title: 'Largest message',
    help: 'Larger scans are refused. The mail server may take less.',
    unit: 'bytes',
  }),
  maxRecipients: setting(whole(1, 100).default(100), {
    title: 'Recipients of one message',
    help: 'More are answered "send the rest in a second message".',
  }),
  maxJobs: setting(whole(1, 10_000).default(500), {
    title: 'Jobs in the queue',
    help: 'When so many wait, new scans are refused.',
  }),
  maxSpoolBytes: setting(whole(mib, 64 * kib * mib).default(256 * mib), {
    title: 'Size of the queue',
    help: 'When so much waits, new scans are refused.',
    unit: 'bytes',
  }),
  reserveBytes: setting(whole(mib, kib * mib).default(8 * mib), {
    title: 'Storage reserve',
    help: 'Kept free, so that states can still be written when storage is full.',
    unit: 'bytes',
  }),
});

const relay = z.strictObject({
  maxConnections: setting(whole(1, 2).default(1), {
    title: 'Connections',
    help: 'To the mail server at once; Exchange Online allows three for a mailbox.',
  }),
  maxMessagesPerMinute: setting(whole(1, 600).default(25), {
    title: 'Messages per minute',
    help: 'Exchange Online allows 30.',
    unit: 'per minute',
  }),
});

const retry = z.strictObject({
  lifetimeHours: setting(whole(1, 720).default(72), {
    title: 'Lifetime of a job',
    help: 'How long sending is tried; held time does not count.',
    unit: 'hours',
  }),
  firstWaitS: setting(whole(5, 3600).default(60), {
    title: 'First wait',
    help: 'Between the first attempt and the second; doubles from then on.',
    unit: 'seconds',
  }),
  maxWaitS: setting(whole(60, 86_400).default(3600), {
    title: 'Longest wait',
    help: 'Between two attempts.',
    unit: 'seconds',
  }),
});

const panel = z.strictObject({
  language: setting(z.enum(languages).default('en'), {
    title: 'Language',
    help: 'Of the panel, and of answers to programs and pages that ask for none.',
  }),
  isEnabled: setting(z.boolean().default(true), {
    title: 'Page for the panel',
    help: "The control panel as a page for the device's own browser, on 127.0.0.1 only.",
  }),
  port: setting(whole(0, 65_535).default(8480), {
    title: 'Port of the panel page',
    help: 'On 127.0.0.1. 0 lets the operating system choose.',
  }),
  isPhonePageUsed: setting(z.boolean().default(false), {
    title: 'Page for the phone',
    help: 'While a sign-in runs, the panel offers a second QR code: a web page of this device with the code and a copy button.',
  }),
});

/** The door for browsers on the network. */
const web = z.strictObject({
  isEnabled: setting(z.boolean().default(true), {
    title: 'Web pages',
    help: 'Internet Services, by HTTPS only. Nobody comes in before the device was claimed with a code from its panel.',
  }),
  port: setting(whole(0, 65_535).default(8443), {
    title: 'Web port',
    help: 'Port of the web pages. 0 lets the operating system choose.',
  }),
  addresses: setting(z.array(text(lanRead.readListenAddress, 64)).max(8).default([]), {
    title: 'Listening addresses of the web pages',
    help: 'Addresses of network cards. Blank: all.',
  }),
  hostNames: setting(z.array(text(readDnsName)).max(20).default([]), {
    title: 'Further host names',
    help: 'Names people type to reach the web pages, beside host name and addresses; requests for other names are refused.',
  }),
  redirectPort: setting(whole(0, 65_535).default(0), {
    title: 'Redirecting port',
    help: 'Plain HTTP that only leads to the web pages, usually 80. 0: off.',
  }),
});

/** Scanners of the panel. */
const scan = z.strictObject({
  isSaneUsed: setting(z.boolean().default(true), {
    title: 'Scanners by SANE',
    help: 'Offers what the program scanimage finds, when somebody wants to scan at the panel.',
  }),
  folder: setting(text(readFolder, 500).default(''), {
    title: 'Folder as scanner',
    help: 'A folder of page images and PDFs that stands for a scanner. Blank: none.',
    isDevicePath: true,
  }),
  paper: setting(z.enum(['a4', 'letter', 'whole']).default('a4'), {
    title: 'Paper',
    help: 'Size of a scanned page; "whole" is all the scanner can see.',
  }),
  maxPages: setting(whole(1, 999).default(200), {
    title: 'Pages of one scan',
    help: 'A scan that has so many stops.',
  }),
  pageTimeoutS: setting(whole(10, 600).default(90), {
    title: 'Patience with a scanner',
    help: 'When nothing comes from it for so long, it is stopped.',
    unit: 'seconds',
  }),
});

/** The folder that firmware drops scans into. */
const hotFolder = z.strictObject({
  path: setting(text(readFolder, 500).default(''), {
    title: 'Hot folder',
    help: 'Files in this folder are sent by mail and moved to its folder "done". Blank: off.',
    isDevicePath: true,
  }),
  to: setting(
    z
      .array(text(read.readAddress, 254).check(z.minLength(1)))
      .max(100)
      .default([]),
    {
      title: 'Recipients of the hot folder',
      help: 'For files without a ticket of their own. Blank: such files wait for their ticket.',
    },
  ),
  subject: setting(z.string().max(200).default(''), {
    title: 'Subject of the hot folder',
    help: 'For files without a ticket. Blank: the usual one.',
  }),
  text: setting(z.string().max(2000).default(''), {
    title: 'Text of the hot folder',
    help: 'Stands before the files, for files without a ticket.',
  }),
  fileName: setting(z.string().max(200).default(''), {
    title: 'File names of the hot folder',
    help: 'For files without a ticket: words and {date}, {time}, {counter}, {device}, {n}. Blank: as they are.',
  }),
  settleS: setting(whole(1, 600).default(5), {
    title: 'Wait for a file',
    help: 'A file that has not changed for so long is complete.',
    unit: 'seconds',
  }),
  keepDoneHours: setting(whole(0, 720).default(24), {
    title: 'Keep sent files',
    help: 'In the folder "done". Refused ones stay in "failed" until somebody removes them.',
    unit: 'hours',
  }),
});

const log = z.strictObject({
  level: setting(z.enum(['error', 'warn', 'info', 'debug']).default('info'), {
    title: 'Log level',
    help: 'debug shows whole addresses; the others shorten them.',
    needsRestart: true,
  }),
});

/**
 * All settings, two levels: `group.key`. Missing groups and keys take their defaults; unknown ones are refused.
 * Parsing tidies values (trims, lower-cases host names, ...), so what it returns is what should be kept.
 */
export const settingsSchema = z.strictObject({
  service: service.prefault({}),
  sender: sender.prefault({}),
  network: network.prefault({}),
  intake: intake.prefault({}),
  lan: lan.prefault({}),
  limits: limits.prefault({}),
  relay: relay.prefault({}),
  retry: retry.prefault({}),
  panel: panel.prefault({}),
  web: web.prefault({}),
  scan: scan.prefault({}),
  hotFolder: hotFolder.prefault({}),
  log: log.prefault({}),
});

/** Every setting with its value. */
export type Settings = z.infer<typeof settingsSchema>;

/** The groups and their field schemas, for what is derived from them. */
export const settingGroups = {
  service: service.shape,
  sender: sender.shape,
  network: network.shape,
  intake: intake.shape,
  lan: lan.shape,
  limits: limits.shape,
  relay: relay.shape,
  retry: retry.shape,
  panel: panel.shape,
  web: web.shape,
  scan: scan.shape,
  hotFolder: hotFolder.shape,
  log: log.shape,
} as const satisfies Record<keyof Settings, Readonly<Record<string, z.ZodType>>>;

/** A fresh copy of all defaults. */
export function defaultSettings(): Settings {
  return settingsSchema.parse({});
}
