import qrcode from 'qrcode-terminal';

/** What the largest code holds (version 40, level L). The library tries every size before it gives up: seconds on a device. */
const maxQrOctets = 2953;

/** As the library draws it, '' if the text is too long. */
function draw(text: string, isSmall: boolean): string {
  let drawn = '';
  if (Buffer.byteLength(text) > maxQrOctets) return drawn;
  try {
    qrcode.generate(text, { small: isSmall }, (picture) => {
      drawn = picture;
    });
  } catch {
    // The library throws a string or an Error on overlong text. A panel without the picture still has the address.
    return '';
  }
  return drawn;
}

/**
 * A text as a QR code of half-block characters, two modules per row, with the one-module border of the library.
 * The light modules are the drawn ones: right for light on dark; phones of today read it inverted as well.
 * @param text at most 2953 octets
 * @returns lines of equal width; none if the text is too long for a QR code
 * @see ISO/IEC 18004
 */
export function qr(text: string): string[] {
  return draw(text, true)
    .split('\n')
    .filter((line) => line !== '');
}

/**
 * The same QR code for whoever draws it: its modules without border, which the drawer must leave (four modules wide,
 * ISO/IEC 18004 5.3.8).
 * @returns rows of `1` (dark) and `0`, as many as columns; none if the text is too long
 */
export function qrModules(text: string): string[] {
  // Two blanks per module, in black (40) or white (47); the library draws a border of one.
  const rows = draw(text, false)
    .split('\n')
    .map((line) => [...line.matchAll(/\x1b\[4([07])m/g)].map(([, colour]) => (colour === '0' ? '1' : '0')).join(''))
    .filter((row) => row !== '');
  return rows.slice(1, -1).map((row) => row.slice(1, -1));
}
