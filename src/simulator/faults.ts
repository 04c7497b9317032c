/** Everything that can be made to go wrong, by name: what it is and what a person sees of it. */

interface FaultRow {
  readonly title: string;
  readonly seen: string;
  /** How often it strikes when nobody says `times`; absent: until switched off. */
  readonly times?: number;
}

const rows = {
  // The identity service itself
  'slow-down': {
    title: 'Identity service answers slow_down to polls',
    seen: 'The sign-in takes some seconds longer',
    times: 1,
  },
  'throttled-429': {
    title: 'Identity service answers 429 with Retry-After',
    seen: 'The panel says the service asked to wait, then goes on',
    times: 2,
  },
  'unavailable-503': {
    title: 'Identity service answers 503',
    seen: 'The panel says the service is not available, then goes on',
    times: 2,
  },
  'identity-html': {
    title: 'A web page answers instead (captive portal)',
    seen: 'The panel says that the network wants a log-in',
  },
  'lost-packets': {
    title: 'Identity service connections are reset',
    seen: 'The panel says there is no connection, then goes on',
    times: 2,
  },
  'interval-missing': { title: 'Device code reply without interval', seen: 'Nothing; polling stays at 5 s' },
  'expires-in-string': { title: 'Lifetimes come as text instead of numbers', seen: 'Nothing' },
  // The phone
  'declined': { title: 'The person pressed Cancel', seen: 'The panel says the sign-in was declined' },
  'expired': {
    title: 'The code has expired at the service',
    seen: 'The panel says the code expired and offers a new one',
  },
  'wrong-code': {
    title: 'The first code typed does not work',
    seen: 'The phone says "That code didn\'t work"',
    times: 1,
  },
  'wrong-cloud': {
    title: 'Account or tenant is in another national cloud',
    seen: 'Error 90038 or 900439, on the phone or at the start',
  },
  'consent-needed': {
    title: 'An administrator must consent first',
    seen: 'The phone says "Need admin approval" with 90094',
  },
  'policy-block-at-sign-in': {
    title: 'Conditional Access blocks the sign-in',
    seen: 'The phone says "You cannot access this right now" with 53003',
  },
  'device-not-managed': { title: 'Device code flow needs a managed device here', seen: 'The phone shows 530033' },
  'not-assigned': { title: 'Account is not assigned to the application', seen: 'The phone shows 50105' },
  'wrong-region': { title: 'Approved from another datacenter region', seen: 'The phone shows 50134' },
  'account-locked': { title: 'The account is locked', seen: 'The phone shows 50053' },
  // Who signs in
  'upn-differs': {
    title: 'Account whose mail address is not its UPN',
    seen: 'Signed in, but the panel shows both addresses and sends nothing',
  },
  'guest': { title: 'A guest signs in', seen: 'The panel says guests cannot be used' },
  'personal': { title: 'A personal account signs in', seen: 'The phone or the panel refuses personal accounts' },
  'other-account': {
    title: 'Another account of the tenant signs in',
    seen: 'The panel asks whether to use the other mailbox',
  },
  // The registration
  'app-not-found': { title: 'The client id is not known in this tenant', seen: 'The panel shows 700016' },
  'app-not-public': { title: '"Allow public client flows" is off', seen: 'The panel shows 7000218' },
  'redirect-not-registered': {
    title: 'The registration has no redirect address',
    seen: 'The consent link shows 500113',
  },
  // Renewal
  'policy-block-at-renewal': { title: 'A policy refuses the refresh token', seen: 'Queue held, 530036' },
  'refresh-revoked': { title: 'Refresh token revoked (password change)', seen: 'Queue held, sign in again, 50173' },
  'refresh-expired': { title: 'Refresh token unused for 90 days', seen: 'Queue held, sign in again, 700082' },
  'sign-in-frequency': { title: 'Sign-in frequency reached', seen: 'Queue held, sign in again, 70043' },
  'mfa-at-renewal': { title: 'Renewal wants multi-factor authentication', seen: 'Queue held, sign in again, 50076' },
  'consent-withdrawn': { title: 'Consent was taken back', seen: 'Queue held, 65001' },
  'account-disabled': { title: 'The account was disabled', seen: 'Queue held, 50057' },
  // Authentication at the submission server
  'smtp-auth-off-mailbox': {
    title: 'SMTP AUTH is off for the mailbox (5.7.139)',
    seen: 'Queue held, with the command for the administrator',
  },
  'smtp-auth-off-tenant': {
    title: 'SMTP AUTH is off for the tenant (5.7.139)',
    seen: 'Queue held, with the command for the administrator',
  },
  'security-defaults': { title: 'Security defaults lock the user out (5.7.139)', seen: 'Queue held' },
  'smtp-criteria': { title: 'Conditional Access at the mail server (5.7.139)', seen: 'Queue held' },
  'auth-535-once': {
    title: 'First access token is refused, the next is taken',
    seen: 'Nothing; the mail goes after one renewal',
    times: 1,
  },
  'auth-535': { title: 'Every token is refused (5.7.3)', seen: 'Queue held: sign in with the device account' },
  'auth-454': { title: 'Temporary authentication failure (4.7.0)', seen: 'The mail goes some minutes later', times: 1 },
  // Submission
  'send-as-denied': {
    title: 'Mailbox may not send as this address (5.2.252)',
    seen: 'Job held or failed, with both addresses',
  },
  'throttle-432': {
    title: 'More than three sends at once (432 4.3.2)',
    seen: 'The mail goes a minute later',
    times: 1,
  },
  'quota': { title: 'Daily recipient limit is used up', seen: 'Queue waits, tried hourly' },
  'mailbox-full': { title: 'The sending mailbox is full (5.2.2)', seen: 'Queue held: empty Sent Items' },
  'mailbox-blocked': { title: 'Mailbox is on the restricted list (5.1.8)', seen: 'Queue held' },
  'too-large': {
    title: 'Over the send limit of the mailbox (5.2.0)',
    seen: 'Job failed: scan with a lower resolution',
  },
  'too-large-552': {
    title: 'Message refused as too large (552 5.3.4)',
    seen: 'Job failed: scan with a lower resolution',
  },
  'recipient-refused': {
    title: 'Addresses starting with nobody@ are unknown',
    seen: 'The job names the refused address',
  },
  'recipient-deferred': { title: 'Recipients get 451 once', seen: 'The mail goes some minutes later', times: 1 },
  'connection-lost-before-dot': {
    title: 'The link breaks while the mail is being sent',
    seen: 'The mail goes at the next attempt, once',
    times: 1,
  },
  'connection-lost-after-dot': {
    title: 'The link breaks after the mail was taken',
    seen: 'The job says it may have been sent twice',
    times: 1,
  },
  'no-starttls': { title: 'Encryption is not offered', seen: 'Nothing is sent; the panel names the reason' },
  'size-small': { title: 'The server takes 1 MiB at most (SIZE)', seen: 'Larger scans fail at once' },
  'eight-bit-missing': { title: 'No 8BITMIME, no SMTPUTF8', seen: 'Scans with 8-bit text are recoded or refused' },
  'greeting-421': { title: 'The server greets with 421', seen: 'The mail waits until the server is back' },
  'greeting-stall': { title: 'The server says nothing', seen: 'The attempt ends by time-out', times: 1 },
  // Both
  'certificate-untrusted': { title: 'Certificate of an unknown CA', seen: 'The panel says the server is not trusted' },
  'certificate-wrong-name': {
    title: 'Certificate for another name',
    seen: 'The panel says the certificate is for another name',
  },
  'certificate-expired': { title: 'Certificate has expired', seen: 'The panel says expired, or the clock is wrong' },
  'latency': { title: 'Every reply comes late', seen: 'Everything takes longer' },
} as const satisfies Record<string, FaultRow>;

export type FaultName = keyof typeof rows;

/** Where a fault strikes, for those that could strike at several places. */
export type FaultPlace = 'devicecode' | 'poll' | 'renewal' | 'phone' | 'identity' | 'submission';

export interface FaultOptions {
  /** Strikes this often, then it is over. Infinity: until switched off. */
  readonly times?: number;
  /** latency: delay of each reply (default 200). greeting-stall: silence before closing (default 600 000). */
  readonly ms?: number;
  /** throttled-429, unavailable-503: Retry-After, seconds (429: default 1; 503: none). */
  readonly retryAfterS?: number;
  /**
   * throttled-429, unavailable-503, lost-packets: devicecode, poll or renewal only (default: poll and renewal).
   * app-not-public: devicecode or poll only. wrong-cloud: devicecode or phone only. certificate-*, latency: identity or
   * submission only.
   */
  readonly place?: FaultPlace;
  /** size-small: advertised SIZE. too-large*: largest message taken (default 65 536). connection-lost-before-dot: after (0). */
  readonly bytes?: number;
  /** consent-needed: the number shown (90094). identity-html: HTTP status (200). */
  readonly number?: number;
}

/** Every fault with its meaning; the list the demo shows. */
export const faultNames: readonly { readonly name: FaultName; readonly title: string; readonly seen: string }[] = (
  Object.keys(rows) as FaultName[]
).map((name) => ({ name, title: rows[name].title, seen: rows[name].seen }));

export function isFaultName(text: string): text is FaultName {
  return Object.hasOwn(rows, text);
}

/** The faults of one cloud: which are on, how often they will still strike. */
export class Faults {
  readonly #active = new Map<FaultName, { left: number; readonly options: FaultOptions }>();
  readonly #log: (line: string) => void;

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  /** @throws Error for an unknown name, naming all known ones */
  set(name: string, on: boolean, options: FaultOptions = {}): void {
    if (!isFaultName(name)) throw new Error(`no fault is called ${name}; known: ${Object.keys(rows).join(', ')}`);
    if (!on) {
      this.#active.delete(name);
      return;
    }
    const usual: FaultRow = rows[name];
    this.#active.set(name, { left: options.times ?? usual.times ?? Infinity, options });
  }

  /** `name` or `name:key=value,...`, as on a command line; `times=always` for no end. @throws Error if it is not that */
  setFromText(text: string): void {
    const [name = '', list = ''] = text.split(/:(.*)/s, 2);
    const options: Record<string, number | string> = {};
    for (const pair of list.split(',').filter((one) => one !== '')) {
      const [key = '', value = ''] = pair.split('=', 2);
      if (!['times', 'ms', 'retryAfterS', 'place', 'bytes', 'number'].includes(key))
        throw new Error(`fault ${name} has no option ${key}`);
      const figure = value === 'always' ? Infinity : Number(value);
      if (key !== 'place' && (value === '' || Number.isNaN(figure)))
        throw new Error(`fault ${name}: ${key} wants a number`);
      options[key] = key === 'place' ? value : figure;
    }
    this.set(name, true, options);
  }

  get names(): readonly FaultName[] {
    return [...this.#active.keys()];
  }

  /** The options of a fault that is on (and strikes at `place`, if it names one); does not count. */
  peek(name: FaultName, place?: FaultPlace): FaultOptions | undefined {
    const fault = this.#active.get(name);
    if (!fault) return undefined;
    return fault.options.place === undefined || place === undefined || fault.options.place === place
      ? fault.options
      : undefined;
  }

  /** As `peek`, and counts it as one strike. */
  take(name: FaultName, place?: FaultPlace): FaultOptions | undefined {
    const options = this.peek(name, place);
    const fault = this.#active.get(name);
    if (!options || !fault) return undefined;
    this.#log(`fault      ${name}`);
    fault.left -= 1;
    if (fault.left <= 0) this.#active.delete(name);
    return options;
  }
}
