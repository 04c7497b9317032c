/** Which shared libraries a program needs, read from its ELF header: works for every architecture on any machine. */
import { open } from 'node:fs/promises';

/**
 * @param {string} path an ELF file, little endian
 * @returns {Promise<string[]>} names of the NEEDED entries; empty for a static program
 * @see System V ABI, chapters 4 and 5
 */
export async function neededLibraries(path) {
  const file = await open(path);
  try {
    const read = async (at, length) => (await file.read(Buffer.alloc(length), 0, length, at)).buffer;
    const head = await read(0, 64);
    if (head.readUInt32BE(0) !== 0x7f454c46 || head[5] !== 1) throw new Error(`${path} is no little-endian ELF file`);
    const is64 = head[4] === 2;
    const word = (buffer, at) => (is64 ? Number(buffer.readBigUInt64LE(at)) : buffer.readUInt32LE(at));
    const [headersAt, size, count] = is64
      ? [word(head, 32), head.readUInt16LE(54), head.readUInt16LE(56)]
      : [word(head, 28), head.readUInt16LE(42), head.readUInt16LE(44)];
    const table = await read(headersAt, size * count);
    const segments = Array.from({ length: count }, (_, index) => {
      const at = index * size;
      const type = table.readUInt32LE(at);
      return is64
        ? { type, at: word(table, at + 8), address: word(table, at + 16), length: word(table, at + 32) }
        : { type, at: word(table, at + 4), address: word(table, at + 8), length: word(table, at + 16) };
    });
    const dynamic = segments.find(({ type }) => type === 2);
    if (dynamic === undefined) return [];
    const bytes = await read(dynamic.at, dynamic.length);
    const step = is64 ? 16 : 8;
    const entries = [];
    for (let at = 0; at + step <= bytes.length; at += step) entries.push([word(bytes, at), word(bytes, at + step / 2)]);
    const valueOf = (tag) => entries.find(([one]) => one === tag)?.[1] ?? 0;
    const stringsAddress = valueOf(5);
    const home = segments.find(
      ({ type, address, length }) => type === 1 && stringsAddress >= address && stringsAddress < address + length,
    );
    const strings = await read(home.at + stringsAddress - home.address, valueOf(10));
    return entries.filter(([tag]) => tag === 1).map(([, at]) => strings.toString('latin1', at, strings.indexOf(0, at)));
  } finally {
    await file.close();
  }
}
