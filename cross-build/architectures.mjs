/** The processors we build for, and the machine QEMU plays for each. */
import { Trouble } from './trouble.mjs';

/**
 * - triplet: of Debian's library folders; musl: the same for musl
 * - loader: the dynamic loader, as a path inside Debian's packages
 * - kernelPackage: metapackage of the kernel in the image; undefined: no image for this processor
 * - qemu, machine, cpu: never `max` for arm64, whose pointer authentication costs TCG a factor of 2.7
 * - modules: kernel modules the image needs, by name; what they need comes by itself
 */
export const architectures = {
  armhf: {
    triplet: 'arm-linux-gnueabihf',
    musl: 'arm-linux-musleabihf',
    loader: 'usr/lib/arm-linux-gnueabihf/ld-linux-armhf.so.3',
    kernelPackage: 'linux-image-armmp-lpae',
    qemu: 'qemu-system-arm',
    machine: 'virt',
    cpu: 'cortex-a7',
    modules: ['virtio_blk', 'virtio_net', 'squashfs', 'ext4'],
    about: '32-bit ARM (Cortex-A7 and later)',
  },
  arm64: {
    triplet: 'aarch64-linux-gnu',
    musl: 'aarch64-linux-musl',
    loader: 'usr/lib/aarch64-linux-gnu/ld-linux-aarch64.so.1',
    kernelPackage: 'linux-image-cloud-arm64',
    qemu: 'qemu-system-aarch64',
    machine: 'virt',
    cpu: 'cortex-a53',
    modules: ['virtio_blk', 'virtio_net', 'squashfs', 'ext4'],
    about: '64-bit ARM',
  },
  amd64: {
    triplet: 'x86_64-linux-gnu',
    musl: 'x86_64-linux-musl',
    loader: 'usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2',
    kernelPackage: undefined,
    about: 'x86, 64 bit',
  },
};

/**
 * Reads `--arch`.
 * @param {string | undefined} wish a name, several joined by commas, or "all"
 * @param {{needsImage?: boolean}} [options] needsImage: only those QEMU plays
 * @returns {(keyof typeof architectures)[]}
 * @throws {Trouble} for a name that is not in the table
 */
export function chosenArchitectures(wish = 'all', { needsImage = false } = {}) {
  const known = Object.keys(architectures).filter(
    (name) => !needsImage || architectures[name].kernelPackage !== undefined,
  );
  if (wish === 'all') return known;
  const names = wish.split(',');
  const strange = names.find((name) => !known.includes(name));
  if (strange !== undefined) throw new Trouble(`unknown architecture "${strange}": choose ${known.join(', ')} or all`);
  return names;
}
