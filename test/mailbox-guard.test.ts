import { expect, test } from '@jest/globals';
import type { Caller } from '../src/api/index.ts';
import type { AccountIdentity } from '../src/core/index.ts';
import { assertMayConfirm } from '../src/mailbox-guard.ts';

const own: AccountIdentity = { upn: 'scan@contoso.com', objectId: 'o-scan', tenantId: 't' };
const other: AccountIdentity = { upn: 'eve@contoso.com', objectId: 'o-eve', tenantId: 't' };
const walkUp: Caller = { door: 'panel', role: 'walk-up', by: 'panel' };

interface Device {
  readonly kept?: AccountIdentity;
  readonly asked: AccountIdentity;
}

/** The guard of a device whose address is Scan@contoso.com. @returns for which callers it wanted the PIN */
async function confirm({ kept, asked }: Device): Promise<Caller[]> {
  const callers: Caller[] = [];
  const rooms = {
    access: {
      assertPinGiven: (who: Caller) => {
        callers.push(who);
        return Promise.resolve();
      },
    },
    settings: { current: () => ({ sender: { deviceEmailAddress: 'Scan@contoso.com' } }) },
    signIn: {
      account: () => ({ status: 'ready', identity: kept }),
      signIn: () => ({ step: 'confirm', identity: asked }),
    },
  };
  // The members a guard asks.
  await assertMayConfirm(rooms as unknown as Parameters<typeof assertMayConfirm>[0], walkUp);
  return callers;
}

// From whom, and when it is refused: access/access.test.ts.
test('the PIN is wanted to put another mailbox in the place of the one there is', async () => {
  expect(await confirm({ kept: own, asked: other })).toEqual([walkUp]);
});

test.each<[string, Device]>([
  [
    'to sign the same account in anew, whatever its name is by now',
    { kept: own, asked: { ...own, upn: 'new@contoso.com' } },
  ],
  ['to sign in the account of the device address', { kept: other, asked: own }],
  ['to sign the first account in', { asked: other }],
])('no PIN is wanted %s', async (_what, device) => {
  expect(await confirm(device)).toEqual([]);
});

test('an account of the same number in another tenant is another', async () => {
  expect(await confirm({ kept: own, asked: { ...other, objectId: 'o-scan', tenantId: 't2' } })).toEqual([walkUp]);
});
