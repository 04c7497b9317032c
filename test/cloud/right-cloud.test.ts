import { describe, expect, test } from '@jest/globals';
import { rightCloudOf, type CloudName } from '../../src/cloud/index.ts';

describe('which cloud is meant', () => {
  test.each<
    [what: string, facts: Omit<Parameters<typeof rightCloudOf>[0], 'cloud'>, cloud: CloudName, CloudName | undefined]
  >([
    // 90038 names where it would redirect to
    [
      '90038 to the US',
      {
        aadsts: 90038,
        description: "AADSTS90038: Tenant 'x' request is being redirected to the National Cloud 'MicrosoftOnline.US'.",
      },
      'global',
      'us-gov-high',
    ],
    [
      '90038 to China',
      { aadsts: 90038, description: "the National Cloud 'partner.microsoftonline.cn'." },
      'global',
      'china-21vianet',
    ],
    [
      '90038 home again',
      { aadsts: 90038, description: "the National Cloud 'MicrosoftOnline.COM'." },
      'us-gov-high',
      'global',
    ],
    ['a login host', { description: 'Use login.chinacloudapi.cn instead' }, 'global', 'china-21vianet'],
    ['900439 needs no words', { aadsts: 900439 }, 'global', 'us-gov-high'],
    // 90002, 700016: nothing in the answer, but the tenant's or the account's own name tells
    ['a tenant of 21Vianet', { aadsts: 90002, tenant: 'Contoso.partner.onmschina.cn' }, 'global', 'china-21vianet'],
    ['an account of the US', { aadsts: 700016, upn: 'mfp@contoso.onmicrosoft.us' }, 'global', 'us-gov-high'],
    ['a global tenant, custom endpoints', { aadsts: 90002, tenant: 'contoso.onmicrosoft.com' }, 'custom', 'global'],
    // What is set already is no news, and GCC High and DoD share their names
    ['the right one already', { aadsts: 90002, tenant: 'contoso.onmicrosoft.com' }, 'global', undefined],
    ['DoD', { aadsts: 90002, tenant: 'unit.onmicrosoft.us' }, 'us-gov-dod', undefined],
    [
      'nothing said',
      { aadsts: 700016, tenant: 'contoso.com', upn: 'a@contoso.com', description: 'AADSTS700016: not found' },
      'global',
      undefined,
    ],
    ['a name that only looks like it', { tenant: 'onmicrosoft.us.contoso.com' }, 'global', undefined],
  ])('%s', (_what, facts, cloud, expected) => {
    expect(rightCloudOf({ ...facts, cloud })).toBe(expected);
  });
});
