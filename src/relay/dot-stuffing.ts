import { Transform } from 'node:stream';

/** What nodemailer pipes a message through: stuffs dots, repairs line ends, adds the final dot in its `_flush`. */
interface DataStream extends Transform {
  inByteCount: number;
  outByteCount: number;
  /** Last byte seen; false before the first. */
  lastByte: number | false;
}

const CR = 0x0d;
const LF = 0x0a;
const DOT = 0x2e;

/**
 * Makes nodemailer's DATA stream several times faster on well-formed text. It looks at each byte in JavaScript, which on
 * an ARM board costs more than TLS does; our bodies have CRLF line ends since they were accepted, so lines are found with
 * native searches. A block with anything unusual (bare CR or LF, a CRLF cut in two) goes nodemailer's own way, and a
 * stream of another shape is left alone.
 * @see https://www.rfc-editor.org/rfc/rfc5321#section-4.5.2
 */
export function hastenDotStuffing(target: unknown): void {
  if (!isDataStream(target)) return;
  const own = target._transform.bind(target);
  target._transform = (chunk: Buffer, encoding, done) => {
    const dots = stuffingPoints(chunk, target.lastByte);
    if (!dots) {
      own(chunk, encoding, done);
      return;
    }
    let from = 0;
    for (const at of dots) {
      if (at > from) target.push(chunk.subarray(from, at));
      target.push(Buffer.of(DOT));
      from = at;
    }
    target.push(from === 0 ? chunk : chunk.subarray(from));
    target.inByteCount += chunk.length;
    target.outByteCount += chunk.length + dots.length;
    target.lastByte = chunk.at(-1) ?? target.lastByte;
    done();
  };
}

function isDataStream(target: unknown): target is DataStream {
  return target instanceof Transform && 'lastByte' in target && 'inByteCount' in target && 'outByteCount' in target;
}

/**
 * Where a dot begins a line.
 * @returns undefined if the block is not plain CRLF text
 */
export function stuffingPoints(chunk: Buffer, lastByte: number | false): readonly number[] | undefined {
  if (chunk.length === 0 || lastByte === CR || chunk[0] === LF || chunk.at(-1) === CR) return undefined;
  const points: number[] = [];
  if (chunk[0] === DOT && (lastByte === LF || lastByte === false)) points.push(0);
  let at = 0;
  for (;;) {
    const cr = chunk.indexOf(CR, at);
    const lf = chunk.indexOf(LF, at);
    if (cr < 0 && lf < 0) return points;
    if (lf !== cr + 1 || cr < 0) return undefined;
    at = lf + 1;
    if (chunk[at] === DOT) points.push(at);
  }
}
