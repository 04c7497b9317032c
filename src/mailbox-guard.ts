/**
 * What a PIN guards besides the settings (T51). Whoever stands at the panel may renew the sign-in of the device's mailbox, and sign
 * the first one in. To put another in its place takes the PIN: the owner of that mailbox could read every scan from then on.
 */
import type { Access } from './access/index.ts';
import type { Caller } from './api/index.ts';
import { isSameAddress } from './core/index.ts';
import type { SettingsStore } from './settings/index.ts';
import type { SignIn } from './signin/index.ts';

/** @throws MailError `pin-needed`: the account to be confirmed is neither the device's present one nor that of its address */
export async function assertMayConfirm(
  rooms: {
    readonly access: Pick<Access, 'assertPinGiven'>;
    readonly settings: Pick<SettingsStore, 'current'>;
    readonly signIn: Pick<SignIn, 'account' | 'signIn'>;
  },
  caller: Caller,
): Promise<void> {
  const { access, settings, signIn } = rooms;
  const kept = signIn.account().identity;
  const session = signIn.signIn();
  if (kept === undefined || session.step !== 'confirm') return;
  const { objectId, tenantId, upn } = session.identity;
  if (objectId === kept.objectId && tenantId === kept.tenantId) return;
  if (isSameAddress(upn, settings.current().sender.deviceEmailAddress)) return;
  await access.assertPinGiven(caller, 'another mailbox in the place of the one there is');
}
