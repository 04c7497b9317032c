import { describe, expect, test } from '@jest/globals';
import { type AccountState } from '../../src/core/index.ts';
import {
  checkSenderRules,
  deviceAddressAfterSignIn,
  identityFromClaims,
  isGuest,
  isPersonal,
  mayRelay,
  wireAddress,
  type SenderRules,
} from '../../src/policy/index.ts';

const rules: SenderRules = {
  provider: 'exchange-online',
  deviceEmailAddress: 'scanner@contoso.com',
  changeSenderAddress: 'prohibited',
  permittedAddresses: [],
  usesAuthenticatedUserAddress: false,
  sendingUser: 'device',
  isSharedMailbox: false,
  hasPersonalAccounts: true,
};
const tid = 'aaaabbbb-cccc-dddd-eeee-ffff00001111';
const personalTid = '9188040d-6c67-4c5b-b112-36a304b66dad';
const identity = { upn: 'scanner@contoso.com', objectId: 'oid-1', tenantId: tid };

function signedIn(upn: string, change: Partial<AccountState> = {}, tenantId = tid): AccountState {
  return { status: 'ready', identity: { ...identity, upn, tenantId }, ...change };
}

describe('checkSenderRules', () => {
  test('a fresh device contradicts nothing', () => {
    expect(checkSenderRules({ ...rules, deviceEmailAddress: '' })).toEqual([]);
  });

  test.each<[string, Partial<SenderRules>, string[]]>([
    [
      "authenticated user's address with Exchange Online",
      { usesAuthenticatedUserAddress: true },
      ['usesAuthenticatedUserAddress'],
    ],
    ['the same with a plain server is fine', { usesAuthenticatedUserAddress: true, provider: 'unspecified' }, []],
    ['remote user with Exchange Online', { sendingUser: 'remote-authenticated-user' }, ['sendingUser']],
    ['the same with a plain server is fine', { sendingUser: 'remote-authenticated-user', provider: 'unspecified' }, []],
    [
      'both',
      { usesAuthenticatedUserAddress: true, sendingUser: 'remote-authenticated-user' },
      ['usesAuthenticatedUserAddress', 'sendingUser'],
    ],
    ['a device address without domain', { deviceEmailAddress: 'scanner' }, ['deviceEmailAddress']],
    ['a local part no Exchange mailbox has', { deviceEmailAddress: 'büro@contoso.com' }, ['deviceEmailAddress']],
    ['an IDN domain is fine', { deviceEmailAddress: 'scanner@bücher.example' }, []],
    ['a broken alias', { permittedAddresses: ['a@contoso.com', 'b@'] }, ['permittedAddresses']],
    ['a shared mailbox without its address', { isSharedMailbox: true, deviceEmailAddress: '' }, ['deviceEmailAddress']],
  ])('%s', (_what, change, fields) => {
    expect(checkSenderRules({ ...rules, ...change }).map((one) => one.field)).toEqual(fields);
  });
});

describe('mayRelay', () => {
  test.each<[string, string, string]>([
    ['the same', 'scanner@contoso.com', 'scanner@contoso.com'],
    ['other case', 'Scanner@Contoso.COM', 'scanner@contoso.com'],
    ['U-label and A-label', 'scanner@bücher.example', 'scanner@xn--bcher-kva.example'],
    ['NFC and NFD in the domain', 'scanner@b\u00fccher.example', 'scanner@bu\u0308cher.example'],
    ['white space a person typed', 'scanner@contoso.com', ' scanner@contoso.com '],
  ])('relays when UPN and device address are equal: %s', (_what, upn, deviceEmailAddress) => {
    const permission = mayRelay({ ...rules, deviceEmailAddress }, signedIn(upn));
    expect(permission).toEqual({ may: true, xoauth2User: wireAddress(deviceEmailAddress) });
    expect(permission.may && /^[\x21-\x7e]+$/.test(permission.xoauth2User)).toBe(true);
  });

  test.each<[string, Partial<SenderRules>, AccountState, string, string]>([
    ['another mailbox', {}, signedIn('technician@contoso.com'), 'upn-mismatch', 'upn-mismatch'],
    [
      'another domain of the same tenant',
      {},
      signedIn('scanner@contoso.onmicrosoft.com'),
      'upn-mismatch',
      'upn-mismatch',
    ],
    ['a look-alike letter', {}, signedIn('sc\u0430nner@contoso.com'), 'upn-mismatch', 'upn-mismatch'],
    ['no device address', { deviceEmailAddress: '' }, signedIn('scanner@contoso.com'), 'upn-mismatch', 'upn-mismatch'],
    [
      'an alias on the permitted list is not the account',
      { permittedAddresses: ['info@contoso.com'], changeSenderAddress: 'allowed' },
      signedIn('info@contoso.com'),
      'upn-mismatch',
      'upn-mismatch',
    ],
    [
      'a guest',
      { deviceEmailAddress: 'x_fabrikam.com#EXT#@contoso.onmicrosoft.com' },
      signedIn('x_fabrikam.com#EXT#@contoso.onmicrosoft.com'),
      'sign-in-needed',
      'guest-account-refused',
    ],
    [
      'a personal account where the cloud has none',
      { hasPersonalAccounts: false },
      signedIn('scanner@contoso.com', {}, personalTid),
      'sign-in-needed',
      'personal-account-refused',
    ],
    ['nobody', {}, { status: 'none' }, 'sign-in-needed', 'sign-in-needed'],
    [
      'a lost sign-in',
      {},
      signedIn('scanner@contoso.com', { status: 'sign-in-needed' }),
      'sign-in-needed',
      'sign-in-needed',
    ],
    [
      'a lost sign-in with its reason',
      {},
      signedIn('scanner@contoso.com', { status: 'sign-in-needed', code: 'policy-blocked' }),
      'policy-blocked',
      'policy-blocked',
    ],
    [
      'a reason no catalogue knows',
      {},
      signedIn('scanner@contoso.com', { status: 'sign-in-needed', code: 'x' }),
      'sign-in-needed',
      'sign-in-needed',
    ],
    ['tokens without an identity', {}, { status: 'ready' }, 'sign-in-needed', 'identity-incomplete'],
    [
      'contradicting settings',
      { usesAuthenticatedUserAddress: true },
      signedIn('scanner@contoso.com'),
      'settings-conflict',
      'settings-conflict',
    ],
  ])('holds for %s', (_what, change, account, reason, code) => {
    expect(mayRelay({ ...rules, ...change }, account)).toEqual({ may: false, reason, code });
  });

  test('an unproven account may: that attempt proves it', () => {
    expect(mayRelay(rules, signedIn('scanner@contoso.com', { status: 'unproven' })).may).toBe(true);
  });

  test('a personal account may where the cloud has them', () => {
    const account = signedIn('shop@outlook.com', {}, personalTid);
    expect(mayRelay({ ...rules, deviceEmailAddress: 'shop@outlook.com' }, account)).toEqual({
      may: true,
      xoauth2User: 'shop@outlook.com',
    });
  });

  test('a shared mailbox is named to the server, whoever the delegate is', () => {
    const shared = { ...rules, isSharedMailbox: true, deviceEmailAddress: 'Office@contoso.com' };
    expect(mayRelay(shared, signedIn('technician@contoso.com'))).toEqual({
      may: true,
      xoauth2User: 'Office@contoso.com',
    });
  });

  test('a shared mailbox is no way round the guest rule', () => {
    const shared = { ...rules, isSharedMailbox: true };
    expect(mayRelay(shared, signedIn('x_fabrikam.com#EXT#@contoso.onmicrosoft.com'))).toMatchObject({
      may: false,
      code: 'guest-account-refused',
    });
  });

  test('a plain server needs no account', () => {
    expect(mayRelay({ ...rules, provider: 'unspecified', deviceEmailAddress: '' }, { status: 'none' })).toEqual({
      may: true,
      xoauth2User: '',
    });
  });
});

describe('identityFromClaims', () => {
  const claims = { oid: 'OID-1', tid: tid.toUpperCase(), preferred_username: 'Scanner@contoso.com' };

  test('takes upn before preferred_username, ids in lower case', () => {
    expect(
      identityFromClaims({ ...claims, upn: 'real@contoso.com', email: 'mail@contoso.com', name: 'Scanner 2F' }),
    ).toEqual({
      upn: 'real@contoso.com',
      email: 'mail@contoso.com',
      name: 'Scanner 2F',
      objectId: 'oid-1',
      tenantId: tid,
    });
    expect(identityFromClaims(claims)).toEqual({ upn: 'Scanner@contoso.com', objectId: 'oid-1', tenantId: tid });
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['no object id', { oid: undefined }, 'oid'],
    ['no tenant', { tid: '' }, 'tid'],
    ['a number for an id', { oid: 5 }, 'oid'],
    ['no user name', { preferred_username: undefined }, 'upn or preferred_username'],
    ['a phone number as user name', { preferred_username: '+49 89 1234' }, 'upn or preferred_username'],
    ['free text', { preferred_username: 'Scanner' }, 'upn or preferred_username'],
    ['a line break in it', { preferred_username: 'a@contoso.com\r\nBcc: x' }, 'upn or preferred_username'],
  ])('refuses %s', (_what, change, missing) => {
    expect(() => identityFromClaims({ ...claims, ...change })).toThrow(missing);
  });

  test('drops an e-mail claim that is none, and what could repaint a screen from the name', () => {
    expect(identityFromClaims({ ...claims, email: 'none', name: 'Sc\u202eanner\u001b[2J\n' })).toEqual({
      upn: 'Scanner@contoso.com',
      objectId: 'oid-1',
      tenantId: tid,
      name: 'Scanner[2J',
    });
  });

  test.each([
    ['x_fabrikam.com#EXT#@contoso.onmicrosoft.com', true],
    ['x_fabrikam.com#ext#@contoso.onmicrosoft.com', true],
    ['ext@contoso.com', false],
  ])('isGuest(%s) is %s', (upn, expected) => {
    expect(isGuest({ ...identity, upn })).toBe(expected);
  });

  test('isPersonal goes by the tenant of personal accounts', () => {
    expect([isPersonal({ ...identity, tenantId: personalTid.toUpperCase() }), isPersonal(identity)]).toEqual([
      true,
      false,
    ]);
  });
});

describe('deviceAddressAfterSignIn', () => {
  const next = { ...identity, email: 'mail@contoso.com' };

  test.each([
    ['first sign-in sets it to the mail address', { next, current: '' }, 'mail@contoso.com'],
    [
      'first sign-in sets it even over a typed one, as printers do',
      { next, current: 'typed@contoso.com' },
      'mail@contoso.com',
    ],
    ['without mail address to the UPN', { next: identity, current: '' }, 'scanner@contoso.com'],
    [
      'the same account keeps what a person set',
      { previous: identity, next, current: 'scanner@contoso.com' },
      'scanner@contoso.com',
    ],
    [
      'the same account with other case of its ids',
      { previous: { ...identity, objectId: 'OID-1' }, next, current: 'kept@contoso.com' },
      'kept@contoso.com',
    ],
    [
      'the same account after a rename keeps it',
      { previous: identity, next: { ...next, upn: 'new@contoso.com' }, current: 'scanner@contoso.com' },
      'scanner@contoso.com',
    ],
    ['the same account fills a blank', { previous: identity, next, current: ' ' }, 'mail@contoso.com'],
    [
      'another account sets it',
      { previous: { ...identity, objectId: 'oid-0' }, next, current: 'scanner@contoso.com' },
      'mail@contoso.com',
    ],
    [
      'the same object id in another tenant is another account',
      { previous: { ...identity, tenantId: 't2' }, next, current: 'scanner@contoso.com' },
      'mail@contoso.com',
    ],
    [
      'a delegate does not rename the shared mailbox',
      { next, current: 'office@contoso.com', isSharedMailbox: true },
      'office@contoso.com',
    ],
  ])('%s', (_what, options, expected) => {
    expect(deviceAddressAfterSignIn(options)).toBe(expected);
  });
});
