#!/usr/bin/env node
/**
 * Installs what the tests need beside npm packages: mail programs we did not write, a real browser, and compilers for
 * firmware-bridge/.
 * As root it installs them; otherwise it names what is missing and how to get it, in one line.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';

/** Program to look for, or path if it is none (`*` stands for anything within a name); `|`: either -> Debian package. */
const needed = {
  'swaks': 'swaks',
  msmtp: 'msmtp',
  python3: 'python3',
  openssl: 'openssl',
  curl: 'curl',
  'chromium-headless-shell|chromium': 'chromium-headless-shell',
  'gcc': 'gcc',
  '/usr/include/stdio.h': 'libc6-dev',
  'make': 'make',
  'pkg-config': 'pkg-config',
  '/usr/include/cjson/cJSON.h': 'libcjson-dev',
  'valgrind': 'valgrind',
  'clang': 'clang',
  // The sanitizers and the fuzzer of clang.
  '/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer*.a': 'libclang-rt-dev',
  'arm-linux-gnueabihf-gcc': 'gcc-arm-linux-gnueabihf',
  '/usr/arm-linux-gnueabihf/include/stdio.h': 'libc6-dev-armhf-cross',
  'aarch64-linux-gnu-gcc': 'gcc-aarch64-linux-gnu',
  '/usr/aarch64-linux-gnu/include/stdio.h|/usr/lib/aarch64-linux-gnu/libc.so': 'libc6-dev-arm64-cross',
  'musl-gcc': 'musl-tools',
  'qemu-arm-static|qemu-arm': 'qemu-user-static',
  'mandoc': 'mandoc',
};

const fits = (dir, [name, ...rest]) => {
  if (name === undefined) return true;
  const pattern = new RegExp(`^${name.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
  const found = name.includes('*')
    ? existsSync(dir)
      ? readdirSync(dir).filter((one) => pattern.test(one))
      : []
    : [name];
  return found.some((one) => existsSync(`${dir}/${one}`) && fits(`${dir}/${one}`, rest));
};
const isThere = (names) =>
  names
    .split('|')
    .flatMap((name) =>
      name.startsWith('/') ? [name] : ['/usr/bin', '/usr/local/bin', '/bin'].map((dir) => `${dir}/${name}`),
    )
    .some((path) => fits('', path.slice(1).split('/')));
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
