#!/usr/bin/env node
/**
 * `npm run build:device [-- --arch armhf|arm64|amd64|all --with-node]`: from source to what is installed, in `build/device/`:
 *   mfp-mail-agent-VERSION-ARCH.tar.gz            for BusyBox firmware
 *   mfp-mail-agent-node-NODEVERSION-ARCH.tar.gz   Node for it, if it has none (--with-node)
 *   mfp-mail-agent_VERSION_ARCH.deb               for Debian 13 (not with --no-deb)
 *   mfp-mail-agent-mta_VERSION_all.deb            makes it that system's sendmail
 *   SHA256SUMS
 * `--bundle DIR`: packs a device file that was built (and perhaps signed) before.
 */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chosenArchitectures } from './architectures.mjs';
import { writeDeb, writeTar } from './archives.mjs';
import { addFirmwarePrograms } from './firmware-programs.mjs';
import { nodeRuntimeTar } from './node-runtime.mjs';
import {
  addBusyBoxFiles,
  addDebianFiles,
  assertBundle,
  checkout,
  home,
  layOut,
  layOutMailTransport,
  readProduct,
  settle,
} from './package-tree.mjs';
import { needPrograms, runNode } from './programs.mjs';
import { runToEnd, Trouble } from './trouble.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/** The long description of the Debian package. */
const description = [
  'Scan to e-mail for printers, through a mailbox signed in with OAuth 2.0',
  'Takes scans by SMTP from a multifunction printer, keeps them through power',
  'cuts, and relays them to Exchange Online with SMTP AUTH XOAUTH2. The mailbox',
  'is signed in with a code that is typed on a phone.',
].join('\n');

const mailTransportDescription = [
  'sendmail, mailq and newaliases by way of mfp-mail-agent',
  'Makes the mail agent the mail transport agent of this system: what cron and',
  'other programs hand to sendmail is kept by the agent and leaves through the',
  'mailbox it is signed in to. There is no local delivery.',
].join('\n');

await runToEnd(async () => {
  const { values } = options();
  const arches = chosenArchitectures(values.arch);
  const out = resolve(values.out ?? join(checkout, 'build/device'));
  await needPrograms(['tar', 'gzip', 'dpkg-deb']);
  await mkdir(out, { recursive: true });
  for (const name of await readdir(out))
    // Leftovers of an interrupted run.
    if (name.startsWith('.tree-') || /\.(new|tar)$/.test(name)) await rm(join(out, name), { recursive: true });
  const work = await mkdtemp(join(out, '.tree-'));
  try {
    const bundle = values.bundle === undefined ? join(work, 'bundle') : resolve(values.bundle);
    if (values.bundle === undefined) await runNode(join(here, 'build.mjs'), ['--device-to', bundle]);
    await assertBundle(bundle);
    for (const arch of arches) {
      await buildTar(arch, { work, out, bundle });
      if (values['with-node']) await buildNodeTar(arch, out);
      if (!values['no-deb']) await buildDeb(arch, { work, out, bundle });
    }
    if (!values['no-deb']) await buildMailTransportDeb({ work, out });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  await writeSums(out);
});

function options() {
  const flag = { type: 'boolean' };
  const text = { type: 'string' };
  const known = { arch: text, out: text, bundle: text, 'with-node': flag, 'no-deb': flag };
  try {
    return parseArgs({ options: known });
  } catch (error) {
    throw new Trouble(
      `${error.message}; the options are --arch NAME, --with-node, --no-deb, --bundle DIR and --out DIR`,
    );
  }
}

async function buildTar(arch, { work, out, bundle }) {
  const { name, version } = await readProduct();
  const tree = join(work, `${arch}-firmware`);
  await layOut(tree, bundle);
  await addFirmwarePrograms(tree, arch, { isStatic: true });
  await addBusyBoxFiles(tree);
  await settle(tree);
  const file = join(out, `${name}-${version}-${arch}.tar.gz`);
  await writeTar(tree, file);
  console.log(file);
}

/** Node changes seldom and is large: made once for each lock, then copied. */
async function buildNodeTar(arch, out) {
  const { name } = await readProduct();
  const { file: cached, version } = await nodeRuntimeTar(arch, home);
  const file = join(out, `${name}-node-${version}-${arch}.tar.gz`);
  await copyFile(cached, `${file}.new`);
  await rename(`${file}.new`, file);
  console.log(file);
}

async function buildDeb(arch, { work, out, bundle }) {
  const { name, version } = await readProduct();
  const tree = join(work, `${arch}-debian`);
  await layOut(tree, bundle);
  await addFirmwarePrograms(tree, arch, { isStatic: false });
  await addDebianFiles(tree);
  const file = join(out, `${name}_${version}_${arch}.deb`);
  await writeDeb(tree, file, {
    name,
    version,
    description,
    arch,
    fields: {
      // Debian 13's nodejs is the oldest this is tried on; systemd brings the two programs that make user and folder; the C
      // programs are built against Debian 12's library.
      Depends: 'nodejs (>= 20.19), systemd, libc6 (>= 2.36)',
      Recommends: 'ca-certificates',
      // scanimage, and the udev rules of scanners.
      Suggests: 'sane-utils, mfp-mail-agent-mta',
    },
    sizeBytes: await settle(tree),
    scripts: join(here, 'package'),
  });
  console.log(file);
}

/** Makes the agent the mailer of the whole system, for those who want that: names only, so the same for every processor. */
async function buildMailTransportDeb({ work, out }) {
  const { name: product, version } = await readProduct();
  const name = `${product}-mta`;
  const arch = 'all';
  const tree = join(work, 'mta');
  await layOutMailTransport(tree);
  const file = join(out, `${name}_${version}_${arch}.deb`);
  await writeDeb(tree, file, {
    name,
    version,
    description: mailTransportDescription,
    arch,
    fields: {
      Depends: `${product} (= ${version})`,
      Provides: 'mail-transport-agent',
      // Debian Policy 11.6: a system has one.
      Conflicts: 'mail-transport-agent',
      Replaces: 'mail-transport-agent',
    },
    sizeBytes: await settle(tree),
  });
  console.log(file);
}

async function writeSums(out) {
  const names = (await readdir(out)).filter((name) => /\.(deb|gz)$/.test(name)).sort();
  const sums = [];
  for (const name of names)
    sums.push(
      `${createHash('sha256')
        .update(await readFile(join(out, name)))
        .digest('hex')}  ${name}\n`,
    );
  await writeFile(join(out, 'SHA256SUMS'), sums.join(''));
}
