// Native ES modules: several packages we depend on (conf, node-fetch) ship nothing else.
// Run through `test/run.mjs`, which passes --experimental-vm-modules.
const transform = { '^.+\\.ts$': '<rootDir>/test/transform.mjs' };
const common = {
  transform,
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: '<rootDir>/test/environment.mjs',
  roots: ['<rootDir>/test'],
};

/**
 * unit: fast; loopback sockets at most. wire: whole SMTP and HTTP dialogues with scripted peers, seconds each. faults: every
 * crash point, killed processes. e2e: whole daemons and small mail programs we did not write. foreign: mail servers and an
 * identity provider we did not write. image: virtual ARM devices under QEMU. browser: pages in a real Chromium.
 */
export default {
  cacheDirectory: 'node_modules/.cache/jest',
  // A test that hangs must end; a machine that is busy must not fail one.
  testTimeout: 60_000,
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['**/*.test.ts'],
      testPathIgnorePatterns: [
        '/e2e/',
        '/browser/',
        '/foreign/',
        '/image/',
        '/firmware-bridge/',
        '\\.(faults|wire)\\.test',
      ],
    },
    { ...common, displayName: 'wire', testMatch: ['**/*.wire.test.ts'] },
    { ...common, displayName: 'faults', testMatch: ['**/*.faults.test.ts'] },
    { ...common, displayName: 'e2e', testMatch: ['**/e2e/**/*.test.ts'] },
    { ...common, displayName: 'foreign', testMatch: ['**/foreign/**/*.test.ts'] },
    { ...common, displayName: 'bridge', testMatch: ['**/test/firmware-bridge/**/*.test.ts'] },
    { ...common, displayName: 'image', testMatch: ['**/image/**/*.test.ts'] },
    { ...common, displayName: 'image-long', testMatch: ['**/image/**/*.long.ts'] },
    { ...common, displayName: 'image-debian', testMatch: ['**/image/**/*.debian.ts'] },
    { ...common, displayName: 'browser', testMatch: ['**/browser/**/*.test.ts'] },
  ],
};
