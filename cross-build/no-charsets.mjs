/**
 * Stands in for iconv-lite and encoding-japanese (720 kB) in the device file. libmime loads them to decode old charsets; the
 * relay only lets it fold lines and write encoded words of text that is Unicode already.
 */
const latin1 = {
  decode: (bytes) => Buffer.from(bytes).toString('latin1'),
  encode: (text) => Buffer.from(text, 'latin1'),
};
export default { ...latin1, encodingExists: () => false };
