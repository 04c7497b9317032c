/**
 * oidc-provider as identity service, Dovecot as smarthost that asks it about each token, Postfix behind: nothing outside
 * the agent is ours.
 */
import { beforeAll, expect, test } from '@jest/globals';
import { loopbackDialer } from '../../src/simulator/index.ts';
import { makeCa } from '../support/certificates.ts';
import { daemonAt, writeSettings, type OpenDaemon } from '../support/daemon-at.ts';
import { until } from '../support/signed-in.ts';
import { SkippableClock } from '../support/skippable-clock.ts';
import { tempDir } from '../support/temp-dir.ts';
import { startDovecot, whyNoDovecot, type Dovecot } from './dovecot.ts';
import { clientId, startIdentityProvider, tenantId, type IdentityProvider } from './identity-provider.ts';
import { startPostfix, type Postfix } from './postfix.ts';
import {
  bodyOf,
  describeWith,
  handIn,
  headerOf,
  makeServerTls,
  serverName,
  smugglingMail,
  stopAtEnd,
  terminators,
  whyNoPackages,
} from './scene.ts';

const loginHost = 'login.example.test';
const scope = 'https://outlook.example.test/SMTP.Send';
const mailbox = 'scanner@example.test';
/** An access token lives twice that; in its second half it is renewed before use. */
const renewalAfterMs = 70_000;
const caller = { by: 'test', door: 'cli', role: 'administrator' } as const;
const obstacle =
  whyNoDovecot() ??
  (await whyNoPackages(['dovecot-core', 'dovecot-submissiond'])) ??
  (await whyNoPackages(['postfix']));

describeWith(obstacle, 'oidc-provider, Dovecot with XOAUTH2 and Postfix', () => {
  let identity: IdentityProvider;
  let dovecot: Dovecot;
  let postfix: Postfix;
  let agent: OpenDaemon;
  const clock = new SkippableClock();

  beforeAll(async () => {
    const loginCa = await makeCa('Login CA');
    identity = stopAtEnd(
      await startIdentityProvider({
        host: loginHost,
        tls: await loginCa.issue([loginHost]),
        caPem: loginCa.cert,
        scope,
        accessTokenS: 120,
      }),
    );
    const tls = await makeServerTls();
    postfix = stopAtEnd(await startPostfix());
    dovecot = stopAtEnd(
      await startDovecot({
        tls,
        relayPort: postfix.port,
        introspectionUrl: identity.introspectionUrl,
        userMember: 'sub',
      }),
    );
    const root = await tempDir();
    await writeSettings(root, {
      'service.cloud': 'custom',
      'service.loginHost': loginHost,
      'service.smtpHost': serverName,
      'service.scope': scope,
      'service.clientId': clientId,
      'service.tenant': tenantId,
      'network.extraCaPem': [loginCa.cert, tls.caPem],
      'retry.firstWaitS': 5,
    });
    const dialer = loopbackDialer([
      { host: loginHost, port: 443, toPort: identity.port },
      { host: serverName, port: 587, toPort: dovecot.port },
    ]);
    agent = stopAtEnd(await daemonAt(root, dialer, clock));
  }, 90_000);

  const stateOfJobs = () => agent.agent.jobs().map((one) => one.state);
  const explain = async (error: unknown): Promise<never> => {
    const facts = JSON.stringify([agent.agent.status(), agent.agent.signInState(), agent.agent.jobs()]);
    throw new Error(`${String(error)}\n${facts}\n${identity.tokenAnswers.join(' ')}\n${await dovecot.log()}`);
  };

  test('device flow: code, log-in and consent on the provider’s own pages, then AUTH 235 makes it ready', async () => {
    await agent.agent.beginSignIn(caller);
    const shown = await until(() => {
      const state = agent.agent.signInState();
      return state.step === 'code' ? state : undefined;
    }).catch(explain);
    expect(shown).toMatchObject({ verificationUri: `https://${loginHost}/device` });
    expect(await identity.approve(shown.userCode, mailbox)).toMatch(/Sign-in Success/i);
    await until(() => (agent.agent.signInState().step === 'confirm' ? true : undefined), 30_000).catch(explain);
    await agent.agent.confirmSignIn(caller);
    await until(() => (agent.agent.signInState().step === 'ready' ? true : undefined), 30_000).catch(explain);
    expect(agent.agent.status()).toMatchObject({ deviceEmailAddress: mailbox });
    expect(await dovecot.log()).toMatch(/Login: user=<scanner@example\.test>, method=XOAUTH2/);
  }, 90_000);

  test('each renewal rotates the refresh token, and a scan goes out with the new access token', async () => {
    const before = identity.refreshTokens.length;
    clock.skip(renewalAfterMs);
    expect(
      await handIn(agent.port, { content: 'Subject: by Dovecot\r\nBcc: x@example.test\r\n\r\n..dots\r\n....' }),
    ).toMatch(/^250 2\.6\.0/);
    await until(() => (stateOfJobs().includes('accepted') ? true : undefined), 40_000).catch(explain);
    const [message] = await until(async () => {
      const all = await postfix.messages();
      return all.length > 0 ? all : undefined;
    });
    expect(bodyOf(message!)).toBe('.dots\n...\n');
    expect(headerOf(message!)).toMatch(/^Subject: by Dovecot$/m);
    expect(headerOf(message!)).not.toMatch(/^Bcc:/m);
    expect(identity.refreshTokens.length).toBeGreaterThan(before);
    expect(new Set(identity.refreshTokens).size).toBe(identity.refreshTokens.length);
  }, 90_000);

  test.each(terminators)(
    '%s inside a message, through Dovecot: one in, one out',
    async (terminator) => {
      const before = await postfix.messages();
      const { mail, subject, body } = smugglingMail(terminator);
      expect(await handIn(agent.port, mail)).toMatch(/^250 2\.6\.0/);
      const fresh = await until(async () => {
        const all = await postfix.messages();
        return all.length > before.length ? all.filter((one) => !before.some((old) => old.equals(one))) : undefined;
      }, 30_000).catch(explain);
      expect(fresh).toHaveLength(1);
      expect(headerOf(fresh[0]!)).toContain(`Subject: ${subject}\n`);
      expect(bodyOf(fresh[0]!)).toBe(body);
    },
    60_000,
  );

  test('Dovecot knows no SMTPUTF8: an address that needs it is refused to the scanner, at RCPT', async () => {
    const umlaut = { parameters: ' SMTPUTF8', forwardPaths: ['jürgen@example.test'], content: 'x' };
    expect(await handIn(agent.port, umlaut)).toMatch(/^550 5\.6\.7/);
  });

  test('an old refresh token is refused and ends the grant: the next scan is held, and a sign-in is asked for', async () => {
    const [first = ''] = identity.refreshTokens;
    const form = { grant_type: 'refresh_token', client_id: clientId, refresh_token: first };
    expect(await identity.redeem(form)).toMatchObject({ status: 400, body: expect.stringContaining('invalid_grant') });
    clock.skip(renewalAfterMs);
    expect(await handIn(agent.port, { content: 'Subject: too late\r\n\r\nheld' })).toMatch(/^250 2\.6\.0/);
    await until(() => (agent.agent.status().account.status === 'sign-in-needed' ? true : undefined), 40_000).catch(
      explain,
    );
    expect(agent.agent.status().glance).toBe('sign-in-needed');
    expect(stateOfJobs().filter((one) => one !== 'accepted')).toHaveLength(1);
    expect((await postfix.messages()).some((one) => /^Subject: too late$/m.test(headerOf(one)))).toBe(false);
  }, 90_000);
});
