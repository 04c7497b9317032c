/** What the screens call exists: keys of the endpoint types, compared with the daemon's route table. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { routes } from '../../src/api/index.ts';

const shared = new URL('../../panel-ui/shared/', import.meta.url);

describe('the calls of the screens', () => {
  const keys = readdirSync(shared)
    .filter((name) => name.startsWith('endpoints'))
    .flatMap((name) => [...readFileSync(new URL(name, shared), 'utf8').matchAll(/^ {2}'([A-Z]+ \/v1\/[^']+)':/gm)])
    .map((found) => found[1] ?? '');
  const served = new Set(routes.map((route) => `${route.method.toUpperCase()} ${route.path}`));

  test('are found at all', () => {
    expect(keys.length).toBeGreaterThan(40);
  });

  test('are routes of the daemon, spelled the same', () => {
    expect(keys.filter((key) => !served.has(key))).toEqual([]);
  });
});
