import { describe, expect, jest, test } from '@jest/globals';
import { createReEntry } from '../../panel-ui/control-panel/re-entry.ts';
import { createReEntry as createDoor } from '../../src/panel-door/re-entry.ts';

const host = '127.0.0.1:8480';

/** The door, as a page sees it. */
function setUp(token = 'AAAAAAAA.token') {
  let door = createDoor(token);
  let isIn = true;
  let questions = 0;
  const request = (_: string, path: string) => {
    questions++;
    const query = new URL(path, `http://${host}`).searchParams;
    if (isIn) return Promise.resolve(Response.json({ key: door.key }));
    const [challenge, proof] = [query.get('challenge'), query.get('proof')];
    if (challenge === null || proof === null) return Promise.resolve(Response.json({ challenge: door.challenge() }));
    if (!door.isProof({ challenge, proof, host })) return Promise.reject(new Error('403'));
    isIn = true;
    return Promise.resolve(new Response(null, { status: 204 }));
  };
  return {
    page: (seenAt = host) => createReEntry({ request }, seenAt),
    restart: (next = token) => {
      door = createDoor(next);
      isIn = false;
    },
    isIn: () => isIn,
    asked: () => questions,
  };
}

describe('the way back in', () => {
  test('a page that was in is in again', async () => {
    const { page, restart, isIn } = setUp();
    const one = page();
    await one.prepare();
    restart();
    expect(await one.comeIn()).toBe(true);
    expect(isIn()).toBe(true);
    restart();
    expect(await one.comeIn()).toBe(true);
  });

  test('the key is asked for once, and nothing on the page can read it out', async () => {
    const { page, restart, isIn, asked } = setUp();
    const one = page();
    const importKey = jest.spyOn(crypto.subtle, 'importKey');
    await one.prepare();
    await one.prepare();
    expect(asked()).toBe(1);
    expect(importKey.mock.calls[0]?.slice(3)).toEqual([false, ['sign']]);
    importKey.mockRestore();
    // Somebody let this page in meanwhile: nothing is left to prove.
    restart();
    expect(await one.comeIn()).toBe(true);
    expect(isIn()).toBe(true);
    expect(await one.comeIn()).toBe(true);
  });

  test('a page that never was is not', async () => {
    const { page, restart } = setUp();
    restart();
    const one = page();
    await one.prepare();
    expect(await one.comeIn()).toBe(false);
  });

  test.each<[string, string | undefined, string]>([
    ['of another boot', 'BBBBBBBB.other', host],
    ['at another port', undefined, '127.0.0.1:1'],
  ])('a page %s stays outside', async (_, token, seenAt) => {
    const { page, restart, isIn } = setUp();
    const one = page(seenAt);
    await one.prepare();
    restart(token);
    await expect(one.comeIn()).rejects.toThrow();
    expect(isIn()).toBe(false);
  });
});
