/** What firmware authors are given is true: the OpenAPI file is the one of these routes, the README names what there is. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openApiDocument, routes } from '../../src/api/index.ts';
import { errorCatalogue } from '../../src/core/index.ts';

const root = join(import.meta.dirname, '..', '..');
const protocol = join(root, 'firmware-bridge', 'protocol');
const readme = readFileSync(join(protocol, 'README.md'), 'utf8');

test('openapi.json is made from the routes as they are; delete it and run this test to make it anew', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const path = join(protocol, 'openapi.json');
  const text = `${JSON.stringify(openApiDocument(version), null, 2)}\n`;
  if (!existsSync(path) && process.env['CI'] === undefined) writeFileSync(path, text);
  expect(readFileSync(path, 'utf8') === text).toBe(true);
});

test('the README names routes that there are', () => {
  const paths = [...readme.matchAll(/(GET|POST|PUT|DELETE) `?(\/v1\/[\w\-/.]+)/g)];
  expect(paths.length).toBeGreaterThan(10);
  for (const [, method = '', path = ''] of paths) {
    if (path === '/v1/events') continue;
    const one = routes.find(
      (route) =>
        route.method === method.toLowerCase() &&
        new RegExp(`^${route.path.replace(/:\w+/g, '[\\w.-]+')}$`).test(path.replace(/\/$/, '')),
    );
    expect([method, path, one?.path]).toEqual([method, path, expect.any(String)]);
  }
});

test('the README names codes that there are', () => {
  const table = /\| code \| status(?:.*\n)+?\n/.exec(readme)?.[0] ?? '';
  const codes = [...table.matchAll(/`([a-z]+(?:-[a-z0-9]+)+)`/g)].map(([, code = '']) => code);
  expect(codes.length).toBeGreaterThan(10);
  expect(codes.filter((code) => !Object.hasOwn(errorCatalogue, code))).toEqual([]);
});
