import { brotliCompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { uiResponse, type UiFile } from '../../src/doorway/ui-files.ts';

const page = '<!doctype html><title>mfp</title>';
const file = (path: string, encoding: UiFile['encoding'], isForever: boolean): UiFile => ({
  path,
  mediaType: 'text/html; charset=utf-8',
  etag: '"abc"',
  isForever,
  encoding,
  base64: (encoding === 'br' ? brotliCompressSync(page) : gzipSync(page)).toString('base64'),
});
const files = new Map([file('/', 'br', false), file('/a-1.js', 'gzip', true)].map((one) => [one.path, one]));
const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  uiResponse(files, path, new Request('https://mfp-7/', { method, headers }));

describe('a page', () => {
  test('goes as it is kept to who takes that', async () => {
    const reply = await get('/a-1.js', { 'accept-encoding': 'gzip, deflate' });
    expect(reply?.headers.get('content-encoding')).toBe('gzip');
    expect(gunzipSync(Buffer.from((await reply?.arrayBuffer()) ?? new ArrayBuffer(0))).toString()).toBe(page);
    expect(reply?.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  test.each([undefined, 'gzip', 'br;q=0, gzip', 'identity'])('goes unpacked to who takes %j', async (accepted) => {
    const reply = await get('/', accepted === undefined ? {} : { 'accept-encoding': accepted });
    expect(reply?.headers.get('content-encoding')).toBeNull();
    expect(await reply?.text()).toBe(page);
    expect(reply?.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(reply?.headers.get('cache-control')).toBe('no-cache');
  });

  test.each([
    ['"abc"', 304],
    ['W/"abc"', 304],
    ['"x", "abc"', 304],
    ['*', 304],
    ['"x"', 200],
  ])('asked again with %s is %i', async (known, status) => {
    expect((await get('/', { 'if-none-match': known }))?.status).toBe(status);
  });

  test('has a head', async () => {
    const reply = await get('/', {}, 'HEAD');
    expect(reply?.headers.get('content-length')).toBe(String(page.length));
    expect(await reply?.text()).toBe('');
  });

  test.each(['/index.html', '/../package.json', '/a-1.js/', '', '__proto__', '/constructor'])(
    '%j is not there',
    async (path) => {
      expect(await get(path)).toBeUndefined();
    },
  );
});
