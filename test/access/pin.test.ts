/** The panel's PIN: which are taken, and what ends with the one of before. */
import { describe, expect, test } from '@jest/globals';
import { createAccess } from '../../src/access/index.ts';
import type { MailError } from '../../src/core/index.ts';
import { memorySecrets } from '../intake/running-lan.ts';
import { collectedLog } from '../support/collected-log.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { cheapHashing, password } from '../web/running-web.ts';

const address = '192.168.1.7';
const use = { isUse: true };

async function claimed() {
  const access = createAccess({
    secrets: memorySecrets(),
    clock: new ManualClock(),
    log: collectedLog(),
    hashing: cheapHashing,
  });
  const { code } = await access.newClaimCode();
  await access.claim({ code, password, pin: '2580', address });
  const panel = await access.enterPanel();
  const roleOf = async () => (await access.panelSession(panel.token, use))?.role;
  return { access, panel, roleOf };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error as MailError).code,
  );

describe('a PIN', () => {
  test.each(['123', '1234', '7777', 'abcd', '1'.repeat(17)])('%s is not taken, and the old one stays', async (pin) => {
    const { access, panel } = await claimed();
    expect(await codeOf(access.setPin(pin))).toBe('password-refused');
    expect(await codeOf(access.unlock(panel.session.id, '2580'))).toBe('done');
    await access.forget();
  });

  test('that is new locks the panel that the old one has opened', async () => {
    const { access, panel, roleOf } = await claimed();
    await access.unlock(panel.session.id, '2580');
    expect(await roleOf()).toBe('administrator');
    await access.setPin('9713');
    expect(await roleOf()).toBe('walk-up');
    expect(await codeOf(access.unlock(panel.session.id, '2580'))).toBe('login-refused');
    expect(await codeOf(access.unlock(panel.session.id, '9713'))).toBe('done');
    await access.forget();
  });

  test('that was guessed too often is asked for at once after a new code: somebody stands there', async () => {
    const { access, panel } = await claimed();
    for (let i = 0; i < 5; i++) expect(await codeOf(access.unlock(panel.session.id, '0000'))).toBe('login-refused');
    expect(await codeOf(access.unlock(panel.session.id, '2580'))).toBe('login-too-often');
    await access.newClaimCode();
    expect(await codeOf(access.unlock(panel.session.id, '2580'))).toBe('done');
    await access.forget();
  });
});

test('what an opened panel watches ends when panels must show their token again', async () => {
  const { access, panel } = await claimed();
  await access.unlock(panel.session.id, '2580');
  const session = await access.panelSession(panel.token, use);
  await access.forgetPanels();
  expect(session?.ended.aborted).toBe(true);
});

test('a code ends with the agent, and with decommissioning', async () => {
  const { access } = await claimed();
  const { code } = await access.newClaimCode();
  await access.forget();
  expect(await access.claimCode()).toBeUndefined();
  expect(await codeOf(access.claim({ code, password, address }))).toBe('claim-code-refused');
});

test.each(['i', 'L'])('every code is taken with o for 0 and %s for 1', async (one) => {
  const { access } = await claimed();
  let code = '';
  // Most codes have neither.
  for (let i = 0; i < 10_000 && !/0.*1|1.*0/.test(code); i++) ({ code } = await access.newClaimCode());
  expect(code).toMatch(/0.*1|1.*0/);
  const typed = code.replaceAll('0', 'o').replaceAll('1', one);
  expect(await codeOf(access.claim({ code: typed, password, address }))).toBe('done');
  await access.forget();
});
