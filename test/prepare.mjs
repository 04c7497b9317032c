#!/usr/bin/env node
/**
 * Installs what the tests need beside npm packages: mail programs we did not write, and a real browser.
 * As root it installs them; otherwise it names what is missing and how to get it, in one line.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Program to look for -> Debian package. */
const needed = { swaks: 'swaks', msmtp: 'msmtp', python3: 'python3', openssl: 'openssl', chromium: 'chromium' };

const isThere = (program) => ['/usr/bin', '/usr/local/bin', '/bin'].some((dir) => existsSync(`${dir}/${program}`));
const missing = () =>
  Object.entries(needed)
    .filter(([program]) => !isThere(program))
    .map(([, name]) => name);

const wanted = missing();
if (wanted.length > 0) {
  const command = `apt-get install -y --no-install-recommends ${wanted.join(' ')}`;
  if (process.getuid?.() !== 0 || !isThere('apt-get')) {
    console.error(`Missing for the tests: ${wanted.join(', ')}. Install them first: sudo ${command}`);
    process.exit(2);
  }
  console.log(`Installing for the tests: ${wanted.join(', ')}`);
  const options = {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  };
  spawnSync('apt-get', ['update', '-qq'], options);
  try {
    execFileSync('apt-get', command.split(' ').slice(1), options);
  } catch {
    console.error(`Could not install ${wanted.join(', ')}; check the network and run: ${command}`);
    process.exit(2);
  }
  const left = missing();
  if (left.length > 0) {
    console.error(`Still missing after installing: ${left.join(', ')}`);
    process.exit(2);
  }
}
