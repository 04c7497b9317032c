import { randomBytes, randomUUID } from 'node:crypto';
import type { StandInAccount, StandInAccountInit, StandInAccountKind } from './types.ts';
import type { Faults } from './faults.ts';

/** The tenant every personal account lives in. */
const consumerTenantId = '9188040d-6c67-4c5b-b112-36a304b66dad';
const defaultMaxSendBytes = 36_700_160;

/** The usual cast: who signs in at a customer's site, rightly or wrongly. The first one is the device's mailbox. */
export function standInAccounts(): readonly StandInAccountInit[] {
  return [
    {
      upn: 'scan@contoso.example',
      name: 'MFP 2nd floor',
      aliases: ['mfp-alias@contoso.example'],
      fullAccessTo: ['all-scans@contoso.example'],
      sendAs: ['all-scans@contoso.example'],
    },
    { upn: 'mfp@contoso.onmicrosoft.example', email: 'mfp@contoso.example', name: 'MFP with two names' },
    // Full access but no SendAs: AUTH works, sending does not.
    { upn: 'reception@contoso.example', name: 'Reception', fullAccessTo: ['all-scans@contoso.example'] },
    { upn: 'all-scans@contoso.example', name: 'All scans', kind: 'shared' },
    {
      upn: 'alex_fabrikam.example#EXT#@contoso.onmicrosoft.example',
      email: 'alex@fabrikam.example',
      name: 'Alex (guest)',
      kind: 'guest',
      hasUpnClaim: true,
    },
    { upn: 'alex@outlook.example', name: 'Alex at home', kind: 'personal' },
    { upn: 'scan@fabrikam.example', name: 'MFP of another cloud', kind: 'foreign-cloud' },
  ];
}

/** Fills in what the caller left open. @param tenantId of the members */
export function completeAccount(init: StandInAccountInit, tenantId: string, maxSendBytes?: number): StandInAccount {
  const kind: StandInAccountKind = init.kind ?? 'member';
  const tid = kind === 'personal' ? consumerTenantId : kind === 'foreign-cloud' ? randomUUID() : tenantId;
  return {
    email: init.upn,
    password: randomBytes(6).toString('base64url'),
    oid: randomUUID(),
    tid,
    name: init.upn,
    kind,
    aliases: [],
    fullAccessTo: [],
    sendAs: [],
    maxSendBytes: maxSendBytes ?? defaultMaxSendBytes,
    hasUpnClaim: false,
    ...init,
  };
}

/** Who is offered at the phone: what a fault asks for, else the first account anybody can sign in to. */
export function suggestedAccount(accounts: readonly StandInAccount[], faults: Faults): StandInAccount {
  const members = accounts.filter((one) => one.kind === 'member');
  const usual = members[0] ?? accounts[0];
  if (!usual) throw new Error('the stand-in cloud has no accounts');
  const wanted: readonly [boolean, StandInAccount | undefined][] = [
    [faults.peek('upn-differs') !== undefined, members.find((one) => one.upn !== one.email)],
    [faults.peek('guest') !== undefined, accounts.find((one) => one.kind === 'guest')],
    [faults.peek('personal') !== undefined, accounts.find((one) => one.kind === 'personal')],
    [faults.peek('other-account') !== undefined, members.find((one) => one !== usual && one.upn === one.email)],
    [faults.peek('wrong-cloud', 'phone') !== undefined, accounts.find((one) => one.kind === 'foreign-cloud')],
  ];
  return wanted.find(([isOn, account]) => isOn && account !== undefined)?.[1] ?? usual;
}

/** Case does not matter in names of accounts. */
export function accountNamed(accounts: readonly StandInAccount[], upn: string): StandInAccount | undefined {
  const wanted = upn.trim().toLowerCase();
  return (
    accounts.find((one) => one.upn.toLowerCase() === wanted) ??
    accounts.find((one) => one.kind === 'guest' && one.email.toLowerCase() === wanted)
  );
}
