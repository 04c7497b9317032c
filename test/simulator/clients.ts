/** Plain clients for the stand-in cloud: node's own https, http, net and tls; nothing of the agent. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { afterAll } from '@jest/globals';
import {
  createStandInCloud,
  standInProfiles,
  type StandInCloud,
  type StandInOptions,
} from '../../src/simulator/index.ts';

const running: StandInCloud[] = [];
afterAll(async () => {
  for (const cloud of running.splice(0)) await cloud.stop();
});

/** A started cloud, stopped with the test file. Polls may follow at once unless a test says otherwise. */
export async function startCloud(options: Partial<StandInOptions> = {}): Promise<StandInCloud> {
  const cloud = createStandInCloud({ profile: standInProfiles.global, intervalS: 0, ...options });
  await cloud.start();
  running.push(cloud);
  return cloud;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

interface Ask {
  readonly host?: string;
  readonly method?: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request to the identity service, certificate checked against the host name. */
export function ask(
  cloud: StandInCloud,
  path: string,
  { host = cloud.profile.loginHost, method, form, headers }: Ask = {},
): Promise<Answer> {
  const body = form === undefined ? undefined : new URLSearchParams(form).toString();
  return collect(
    (done) =>
      httpsRequest(
        {
          host: '127.0.0.1',
          port: cloud.addresses.identity.port,
          path,
          method: method ?? (body === undefined ? 'GET' : 'POST'),
          agent: false,
          servername: host,
          ca: cloud.caPem,
          headers: { host, ...formHeaders(body), ...headers },
        },
        done,
      ),
    body,
  );
}

/** One request to the phone. */
export function askPhone(cloud: StandInCloud, path: string, { method, form, headers }: Ask = {}): Promise<Answer> {
  const body = form === undefined ? undefined : new URLSearchParams(form).toString();
  return collect(
    (done) =>
      httpRequest(
        new URL(path, cloud.phoneUrl),
        {
          method: method ?? (body === undefined ? 'GET' : 'POST'),
          agent: false,
          headers: { ...formHeaders(body), ...headers },
        },
        done,
      ),
    body,
  );
}

const formHeaders = (body: string | undefined) =>
  body === undefined
    ? {}
    : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) };

function collect(
  open: (done: Parameters<typeof httpRequest>[2]) => ReturnType<typeof httpRequest>,
  body: string | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = open((response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        let json: Record<string, unknown> = {};
        try {
          json = JSON.parse(text) as Record<string, unknown>;
        } catch {
          /* a page */
        }
        resolve({ status: response.statusCode ?? 0, headers: response.headers as Answer['headers'], text, json });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

export const scopeOf = (cloud: StandInCloud) => `${cloud.profile.scope} openid profile email offline_access`;

export function askCode(
  cloud: StandInCloud,
  form: Readonly<Record<string, string>> = {},
  tenant = 'organizations',
): Promise<Answer> {
  return ask(cloud, `/${tenant}/oauth2/v2.0/devicecode`, {
    form: { client_id: cloud.clientId, scope: scopeOf(cloud), ...form },
  });
}

export function poll(
  cloud: StandInCloud,
  deviceCode: unknown,
  form: Readonly<Record<string, string>> = {},
  tenant = 'organizations',
): Promise<Answer> {
  return ask(cloud, `/${tenant}/oauth2/v2.0/token`, {
    form: {
      client_id: cloud.clientId,
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: String(deviceCode),
      ...form,
    },
  });
}

export function renew(
  cloud: StandInCloud,
  refreshToken: unknown,
  form: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return ask(cloud, '/organizations/oauth2/v2.0/token', {
    form: { client_id: cloud.clientId, grant_type: 'refresh_token', refresh_token: String(refreshToken), ...form },
  });
}

/** Signs in without a phone. @returns the JSON of the token reply */
export async function signIn(cloud: StandInCloud, upn?: string, scope?: string): Promise<Record<string, unknown>> {
  const code = await askCode(cloud, scope === undefined ? {} : { scope });
  cloud.approve({ userCode: String(code.json['user_code']), ...(upn === undefined ? {} : { upn }) });
  return (await poll(cloud, code.json['device_code'], { client_info: '1' })).json;
}

export const xoauth2 = (user: string, token: unknown) =>
  Buffer.from(`user=${user}\x01auth=Bearer ${String(token)}\x01\x01`).toString('base64');

/** An SMTP client that says exactly what it is told to. */
export class SmtpTalk {
  #socket: Socket;
  #text = '';
  #isOver = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen(socket);
  }

  static open(cloud: StandInCloud): SmtpTalk {
    return new SmtpTalk(connect(cloud.addresses.submission.port, '127.0.0.1'));
  }

  /** Connected, greeted, encrypted. */
  static async secure(cloud: StandInCloud): Promise<SmtpTalk> {
    const talk = SmtpTalk.open(cloud);
    await talk.reply();
    await talk.say('EHLO printer');
    await talk.startTls(cloud);
    return talk;
  }

  /** As `secure`, and authenticated. */
  static async signedIn(cloud: StandInCloud, user: string, token: unknown): Promise<SmtpTalk> {
    const talk = await SmtpTalk.secure(cloud);
    await talk.say('EHLO printer');
    await talk.say(`AUTH XOAUTH2 ${xoauth2(user, token)}`);
    return talk;
  }

  async startTls(cloud: StandInCloud, servername = cloud.profile.smtpHost): Promise<string> {
    const reply = await this.say('STARTTLS');
    if (!reply.startsWith('220')) return reply;
    this.#socket.removeAllListeners('data');
    const secure = tlsConnect({ socket: this.#socket, servername, ca: cloud.caPem });
    await new Promise<void>((resolve, reject) => {
      secure.once('secureConnect', resolve);
      secure.once('error', reject);
    });
    this.#socket = secure;
    this.#listen(secure);
    return reply;
  }

  write(bytes: string | Buffer): void {
    this.#socket.write(bytes);
  }

  /** Sends a line, gives the whole reply. */
  async say(line: string): Promise<string> {
    this.write(`${line}\r\n`);
    return await this.reply();
  }

  /** The next reply, its lines joined by \n; 'closed' when the server has gone. */
  async reply(): Promise<string> {
    for (;;) {
      const match = /^(?:\d{3}-[^\r]*\r\n)*\d{3} [^\r]*\r\n/.exec(this.#text);
      if (match) {
        this.#text = this.#text.slice(match[0].length);
        return match[0]
          .trimEnd()
          .replace(/\r\n/g, '\n')
          .replace(/^(334)$/, '$1 ');
      }
      if (this.#isOver) return 'closed';
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** A whole message; gives the last reply. */
  async send(options: {
    readonly from: string;
    readonly to?: readonly string[];
    readonly message: string;
    readonly parameters?: string;
  }): Promise<string> {
    for (const line of [
      `MAIL FROM:<${options.from}>${options.parameters ?? ''}`,
      ...(options.to ?? ['anna@example.net']).map((to) => `RCPT TO:<${to}>`),
      'DATA',
    ]) {
      const reply = await this.say(line);
      if (!/^[23]/.test(reply)) return reply;
    }
    return await this.say(`${options.message}\r\n.`);
  }

  close(): void {
    this.#socket.destroy();
  }

  #listen(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1');
      this.#wake();
    });
    for (const event of ['end', 'close', 'error'] as const)
      socket.on(event, () => {
        this.#isOver = true;
        this.#wake();
      });
  }
}

export const mailFrom = (address: string, body = 'Hello') =>
  `From: MFP <${address}>\r\nTo: anna@example.net\r\nSubject: Scan\r\n\r\n${body}`;
