import { describe, expect, test } from '@jest/globals';
import { tokenGrantOf } from '../../src/signin/identity-reply.ts';
import { json } from './stand-ins.ts';

describe('token answers', () => {
  test.each<[string, object, number]>([
    // members; life in seconds
    ['a number', { expires_in: 4321 }, 4321],
    ['text (v1)', { expires_in: '3599' }, 3599],
    ['nothing', {}, 3600],
    ['nonsense', { expires_in: 'soon' }, 3600],
    ['zero', { expires_in: 0 }, 3600],
    ['a fraction', { expires_in: 99.9 }, 99],
    ['a year', { expires_in: 31_536_000 }, 172_800],
  ])('life of the token: %s', (_name, members, expiresInS) => {
    const grant = tokenGrantOf('renewal', json(200, { access_token: 'a', ...members }));
    expect(grant.expiresInS).toBe(expiresInS);
    expect(grant.body['expires_in']).toBe(expiresInS);
  });

  test('what would let the library renew or give up by its own clock is left out', () => {
    const { body } = tokenGrantOf(
      'renewal',
      json(200, { access_token: 'a', refresh_token: 'r', refresh_in: 10, refresh_token_expires_in: 10 }),
    );
    expect(body).toMatchObject({ access_token: 'a', refresh_token: 'r', token_type: 'Bearer' });
    expect(body).not.toHaveProperty('refresh_in');
    expect(body).not.toHaveProperty('refresh_token_expires_in');
  });

  test.each([
    ['a number', 5],
    ['empty', ''],
    ['missing', undefined],
    ['an object', {}],
  ])('an access token that is %s is none', (_name, access_token) => {
    expect(() => tokenGrantOf('renewal', json(200, { access_token }))).toThrow(
      expect.objectContaining({ code: 'reply-invalid' }),
    );
  });
});
