import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { MailError } from '../../src/core/index.ts';
import { claims, deviceCode, json, oauthError, room, scriptedIdentity, tokens } from './stand-ins.ts';

/** Everything an error could carry into a log: message, details, causes, stack. */
const everything = (error: unknown) => inspect(error, { depth: 20, showHidden: true, maxStringLength: null });

/** A service (or a gateway) that quotes what it was sent. */
const description =
  'AADSTS50000: bad request: refresh_token=CANARY-form&device_code=CANARY-device {"access_token":"CANARY-json"} Bearer CANARYbearer00 ' +
  `http://user:CANARYpass@proxy/ eyJhbGciOiJub25lIn0.CANARY.sig ${'x'.repeat(40)}CANARY${'y'.repeat(40)}`;

test('no token, code or password reaches the log or an error, whatever the service says', async () => {
  const said: string[] = [];
  const errors: unknown[] = [];
  const answersToPolls = [
    tokens(),
    tokens({ id_token: 'CANARY.CANARY.CANARY' }),
    tokens({ id_token: undefined }),
    tokens({}, claims({ oid: undefined })),
    oauthError('invalid_grant', { aadsts: 65001, description }),
    json(400, { error: 'some new word', error_description: description }),
    { status: 200, headers: {}, body: '{"access_token":"CANARY' },
    json(200, { access_token: 7, refresh_token: 'CANARY' }),
    new MailError('connection-lost', 'lost'),
    new TypeError('bug'),
  ];
  for (const answer of answersToPolls) {
    const it = room(
      scriptedIdentity(
        deviceCode({ expires_in: 30 }),
        answer,
        oauthError('invalid_grant', { aadsts: 700082, description }),
      ),
    );
    await it.signIn.start();
    await it.toCode();
    await it.poll();
    await it.until(() => it.step() !== 'starting');
    await it.signIn.confirm({ by: 'x' }).catch((error: unknown) => errors.push(error));
    await it.clock.advance(3_600_000);
    await it.signIn.accessToken().catch((error: unknown) => errors.push(error));
    said.push(it.log.text(), JSON.stringify(it.signIn.account()), JSON.stringify(it.signIn.signIn()));
    await it.signIn.stop();
  }
  expect(errors.length).toBeGreaterThan(5);
  for (const error of errors) expect(everything(error)).not.toContain('CANARY');
  for (const text of said) expect(text).not.toContain('CANARY');
});
