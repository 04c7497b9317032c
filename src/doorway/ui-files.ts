/** The pages: a fixed map, made when the program was built; no path of a request reaches a file system (T56). */
import { promisify } from 'node:util';

/** One file as the build made it. */
export interface UiFile {
  /** Of the URL; `/` is the page. */
  readonly path: string;
  readonly mediaType: string;
  /** With its quotes. */
  readonly etag: string;
  /** The name has a digest of the content: it never changes. */
  readonly isForever: boolean;
  readonly encoding: 'br' | 'gzip';
  /** The compressed octets. */
  readonly base64: string;
}

/** The files of one app. */
export type UiFiles = ReadonlyMap<string, UiFile>;

/**
 * Answers for one file.
 * @returns undefined if there is none of that path
 */
export async function uiResponse(files: UiFiles, path: string, request: Request): Promise<Response | undefined> {
  const file = files.get(path);
  if (file === undefined) return undefined;
  const headers = {
    'etag': file.etag,
    'cache-control': file.isForever ? 'public, max-age=31536000, immutable' : 'no-cache',
    'vary': 'accept-encoding',
  };
  if (isKnown(request.headers.get('if-none-match'), file.etag)) return new Response(null, { status: 304, headers });
  const octets = Buffer.from(file.base64, 'base64');
  const isPacked = accepts(request.headers.get('accept-encoding'), file.encoding);
  const body = isPacked ? octets : await unpacked(octets, file.encoding);
  return new Response(request.method === 'HEAD' ? null : new Uint8Array(body), {
    headers: {
      ...headers,
      'content-type': file.mediaType,
      'content-length': String(body.length),
      ...(isPacked ? { 'content-encoding': file.encoding } : {}),
    },
  });
}

async function unpacked(octets: Buffer, encoding: UiFile['encoding']): Promise<Buffer> {
  const { brotliDecompress, gunzip } = await import('node:zlib');
  return encoding === 'br' ? promisify(brotliDecompress)(octets) : promisify(gunzip)(octets);
}

/** RFC 9110 13.1.2; weak and strong compare alike. */
function isKnown(header: string | null, etag: string): boolean {
  return (header ?? '').split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag);
}

/** RFC 9110 12.5.3; `q=0` refuses. */
function accepts(header: string | null, encoding: string): boolean {
  return (header ?? '').split(',').some((one) => {
    const [name = '', ...parameters] = one.split(';').map((part) => part.trim().toLowerCase());
    return name === encoding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}
