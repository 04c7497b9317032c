import qrcode from 'qrcode-terminal';

/**
 * A text as a QR code of half-block characters, two modules per row, with the one-module border of the library.
 * The light modules are the drawn ones: right for light on dark; phones of today read it inverted as well.
 * @param text at most about 2900 bytes (QR version 40, error correction L)
 * @returns lines of equal width; none if the text is too long for a QR code
 * @see ISO/IEC 18004
 */
export function qr(text: string): string[] {
  let drawn = '';
  try {
    qrcode.generate(text, { small: true }, (picture) => {
      drawn = picture;
    });
  } catch {
    // The library throws a string or an Error on overlong text. A panel without the picture still has the address.
    return [];
  }
  return drawn.split('\n').filter((line) => line !== '');
}
