import { describe, expect, test } from '@jest/globals';
import { guidanceFor, type GuidanceContext } from '../src/guidance/index.ts';
import { withRightCloud } from '../src/right-cloud-command.ts';

const command = 'mfp-mail-agent settings set service.cloud';

describe('a wrong-cloud answer names the right cloud, where that is known', () => {
  test.each<[what: string, id: string, context: GuidanceContext, ending: string | undefined]>([
    [
      '90038 says where',
      'wrong-cloud',
      { cloud: 'global', reply: "National Cloud 'MicrosoftOnline.US'" },
      'us-gov-high',
    ],
    ['900439 is one cloud', 'us-gov-through-public', { cloud: 'global', aadsts: 900439 }, 'us-gov-high'],
    [
      '90002, the tenant tells',
      'tenant-unknown',
      { cloud: 'global', tenant: 'x.partner.onmschina.cn' },
      'china-21vianet',
    ],
    ['700016, the account tells', 'app-not-found', { cloud: 'us-gov-high', upn: 'a@x.onmicrosoft.com' }, 'global'],
    ['nothing tells', 'wrong-cloud', { cloud: 'global' }, undefined],
    ['another trouble', 'sign-in-declined', { cloud: 'global', reply: 'MicrosoftOnline.US' }, undefined],
  ])('%s', (_what, id, context, ending) => {
    const guidance = guidanceFor(id, context, 'en');
    const { remedy = '' } = withRightCloud(guidance, context);
    if (ending === undefined) expect(remedy).toBe(guidance.remedy ?? '');
    else expect(remedy).toBe(`${guidance.remedy ?? ''}\n${command} ${ending}`);
  });
});
