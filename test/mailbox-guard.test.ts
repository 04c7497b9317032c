import { expect, test } from '@jest/globals';
import type { Caller } from '../src/api/index.ts';
import type { AccountIdentity } from '../src/core/index.ts';
import { assertMayConfirm } from '../src/mailbox-guard.ts';

const own: AccountIdentity = { upn: 'scan@contoso.com', objectId: 'o-scan', tenantId: 't' };
const other: AccountIdentity = { upn: 'eve@contoso.com', objectId: 'o-eve', tenantId: 't' };
const walkUp: Caller = { door: 'panel', role: 'walk-up', by: 'panel' };

interface Device {
  readonly hasPin?: boolean;
  readonly kept?: AccountIdentity;
  readonly asked: AccountIdentity;
}

/** The guard of a device whose address is Scan@contoso.com. */
function confirm({ hasPin = true, kept, asked }: Device, caller: Caller) {
  const rooms = {
    access: { hasPin: () => Promise.resolve(hasPin) },
    settings: { current: () => ({ sender: { deviceEmailAddress: 'Scan@contoso.com' } }) },
    signIn: {
      account: () => ({ status: 'ready', identity: kept }),
      signIn: () => ({ step: 'confirm', identity: asked }),
    },
  };
  // The members a guard asks.
  return assertMayConfirm(rooms as unknown as Parameters<typeof assertMayConfirm>[0], caller);
}

test('with a PIN, a person at the panel does not put another mailbox in the place of the one there is', async () => {
  await expect(confirm({ kept: own, asked: other }, walkUp)).rejects.toMatchObject({
    code: 'pin-needed',
    details: { hint: 'unlock the panel with its PIN first' },
  });
});

test.each<[string, Device]>([
  [
    'signs the same account in anew, whatever its name is by now',
    { kept: own, asked: { ...own, upn: 'new@contoso.com' } },
  ],
  ['signs in the account of the device address', { kept: other, asked: own }],
  ['signs the first account in', { asked: other }],
])('with a PIN, a person at the panel %s', async (_what, device) => {
  await expect(confirm(device, walkUp)).resolves.toBeUndefined();
});

test.each<[string, Caller, boolean]>([
  ['anybody, without a PIN', walkUp, false],
  ['whoever gave the PIN', { ...walkUp, role: 'administrator' }, true],
  ['an administrator of the web page', { door: 'web', role: 'administrator', by: 'admin' }, true],
  ['root on the device', { door: 'cli', role: 'administrator', by: 'root' }, true],
])('%s may', async (_who, caller, hasPin) => {
  await expect(confirm({ hasPin, kept: own, asked: other }, caller)).resolves.toBeUndefined();
});
