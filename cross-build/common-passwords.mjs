#!/usr/bin/env node
/**
 * Makes `src/access/common-passwords.ts` from a list of passwords, most frequent first; run by hand when the list shall be newer:
 *   npm pack @zxcvbn-ts/language-common@3.0.4 && tar xzf *.tgz     (MIT)
 *   node cross-build/common-passwords.mjs package/dist/passwords.json.js
 * Only a digest of 24 bits of each goes into the program: no list of words to print, and one honest password in 5600 is refused
 * by mistake.
 */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [, list] = /"(.*)"/s.exec(await readFile(process.argv[2], 'utf8'));
const words = list
  .split(',')
  .map((word) => word.toLowerCase())
  // Shorter ones are refused for their length.
  .filter((word) => word.length >= 8)
  .slice(0, 3000);
const digests = words.map((word) => createHash('sha256').update(word).digest().subarray(0, 3));
const table = Buffer.concat(digests.sort(Buffer.compare)).toString('base64');
const lines = table.match(/.{1,112}/g).map((line) => `  '${line}'`);
await writeFile(
  join(root, 'src/access/common-passwords.ts'),
  `/**
 * The ${words.length} commonest passwords of eight characters and more, as the sorted first 24 bits of their SHA-256 in base64.
 * Made by cross-build/common-passwords.mjs from the list of @zxcvbn-ts/language-common (MIT).
 */
export const commonPasswords =
${lines.join(' +\n')};
`,
);
console.log(`${words.length} passwords, ${words.slice(0, 5).join(' ')} ...`);
