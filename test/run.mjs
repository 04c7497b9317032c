#!/usr/bin/env node
/**
 * The whole test run: types, lint, then every jest project; ends with one line, `N passed, N failed`.
 * `npm test -- --only unit` (or wire, faults, e2e, foreign, bridge, image, browser) runs one project; further words are file patterns for jest.
 * A static check counts as one test, so that a type error can never hide behind green tests.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const words = process.argv.slice(2);
const at = words.indexOf('--only');
const [only] = at < 0 ? [] : words.splice(at, 2).slice(1);
const isCheck = words.includes('--check');
const patterns = words.filter((word) => word !== '--check');

let passed = 0;
let failed = 0;
const wordFor = (status) => (status === 0 ? 'ok' : status === 3 ? 'not here' : 'FAILED');
const secondsSince = (startedMs) => ((Date.now() - startedMs) / 1000).toFixed(1);
const run = (title, command, args, env = {}) => {
  const startedMs = Date.now();
  const { status } = spawnSync(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  console.log(`-- ${title}: ${wordFor(status)} (${secondsSince(startedMs)} s)`);
  return status ?? 1;
};
const count = (isOk) => {
  if (isOk) passed++;
  else failed++;
};

/** A check whose words are shown when it is over: others run beside it. */
const tool = (title, path, ...args) =>
  new Promise((resolve) => {
    const startedMs = Date.now();
    const child = spawn(process.execPath, [`node_modules/${path}`, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(chunk));
    child.on('close', (status) => {
      process.stdout.write(Buffer.concat(said));
      console.log(`-- ${title}: ${wordFor(status)} (${secondsSince(startedMs)} s)`);
      count(status === 0);
      resolve();
    });
  });

if (only === undefined && patterns.length === 0) {
  const eslintCache = ['--cache', '--cache-location', 'node_modules/.cache/eslint/cache.json'];
  const prettierCache = ['--cache', '--cache-location', 'node_modules/.cache/prettier-cache.json'];
  const others = async () => {
    await tool('types', 'typescript/bin/tsc', '-p', '.');
    await tool('types of the screens', 'typescript/bin/tsc', '-p', 'panel-ui');
    await tool('format', 'prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', ...prettierCache, '.');
  };
  // As long as the other three together.
  await Promise.all([tool('lint', 'eslint/bin/eslint.js', ...eslintCache, '.'), others()]);
}
if (!isCheck) count(run('build', process.execPath, ['cross-build/build.mjs']) === 0);
const projects =
  only !== undefined
    ? [only]
    : isCheck
      ? ['unit']
      : ['unit', 'wire', 'faults', 'e2e', 'foreign', 'bridge', 'browser', 'image'];
if (!isCheck && only === undefined && run('prepare', process.execPath, ['test/prepare.mjs']) !== 0) process.exit(2);

/** What cross-build/image.mjs makes for each project with virtual devices, from the device file built above. */
const imageWords = {
  image: ['--with-next'],
  'image-long': ['--arch', 'armhf'],
  'image-debian': ['--kind', 'debian', '--with-next', '--arch', process.env.MFP_IMAGE_ARCH ?? 'arm64'],
};
/** @returns whether the virtual devices can be tried; a whole run goes on without where QEMU cannot be had, and says so */
const hasImages = (project) => {
  const exitCode = run('images', process.execPath, [
    'cross-build/image.mjs',
    '--accept-newer',
    '--bundle',
    'dist',
    ...imageWords[project],
  ]);
  if (exitCode === 3 && only === undefined) {
    console.log('skipped: virtual devices (project image): the line above says what is missing');
    return false;
  }
  count(exitCode === 0);
  return exitCode === 0;
};

/** Programs that are not ours use both cores by themselves; agents under e2e wait more than half of their time; others half. */
const workersOf = { 'foreign': 1, 'image-long': 1, 'image-debian': 1, 'e2e': 3 };
const resultDir = mkdtempSync(join(tmpdir(), 'mfp-test-'));
for (const project of projects) {
  if (Object.hasOwn(imageWords, project) && !hasImages(project)) continue;
  const resultFile = join(resultDir, `${project}.json`);
  const workers = Object.hasOwn(workersOf, project) ? workersOf[project] : 2;
  const exitCode = run(project, process.execPath, [
    '--experimental-vm-modules',
    '--no-warnings=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    '--json',
    `--outputFile=${resultFile}`,
    '--reporters=default',
    '--passWithNoTests',
    `--maxWorkers=${String(workers)}`,
    ...patterns,
    '--selectProjects',
    project,
  ]);
  try {
    const result = JSON.parse(readFileSync(resultFile, 'utf8'));
    passed += result.numPassedTests;
    // A suite that did not even load has no tests to count, yet it failed.
    failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
    for (const suite of result.testResults) {
      for (const test of suite.assertionResults)
        if (test.status === 'pending') console.log(`skipped: ${test.fullName}`);
        // A device's life is minutes long: which part of it?
        else if (project.startsWith('image') && test.duration > 5000)
          console.log(`${(test.duration / 1000).toFixed(0).padStart(6)} s  ${test.fullName}`);
    }
    if (exitCode !== 0 && result.numFailedTests + result.numRuntimeErrorTestSuites === 0) failed++;
  } catch {
    failed++;
  }
}
rmSync(resultDir, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
