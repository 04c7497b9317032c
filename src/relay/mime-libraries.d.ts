/** What this room uses of libraries that bring no types; all three are loaded when the first message needs re-encoding. */

declare module 'mailsplit' {
  import { type Transform } from 'node:stream';

  /** One MIME entity: its header fields are known, its body follows as pieces. */
  export interface MimeNode {
    readonly type: 'node';
    readonly parentNode: MimeNode | false;
    /** Lower case; 'text/plain' if the entity says nothing. */
    readonly contentType: string | false;
    /** Content-Transfer-Encoding, lower case; '' if it says nothing. */
    readonly encoding: string | false;
    /** Subtype of `multipart/...`. */
    readonly multipart: string | false;
    /** Header block with the empty line. */
    getHeaders(): Buffer;
  }
  /** `body`: content of a leaf. `data`: everything else between entities (boundaries, preamble, epilogue). */
  export interface MimePiece {
    readonly type: 'body' | 'data';
    readonly node: MimeNode;
    readonly value?: Buffer;
  }
  const mailsplit: {
    readonly Splitter: new (options: { readonly defaultInlineEmbedded: boolean }) => Transform;
  };
  export default mailsplit;
}

declare module 'libqp' {
  const libqp: {
    encode(octets: Buffer): string;
    wrap(text: string, lineLength: number): string;
  };
  export default libqp;
}

declare module 'libmime' {
  const libmime: {
    decodeWords(text: string): string;
    encodeWord(text: string, encoding: 'Q' | 'B', maxLength: number): string;
    foldLines(text: string, lineLength: number): string;
  };
  export default libmime;
}
