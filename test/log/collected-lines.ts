import { Writable } from 'node:stream';

/** A destination that keeps what was written. */
export function collectedLines(
  isTTY = false,
): Writable & { text(): string; lines(): string[]; json(): Record<string, unknown>[] } {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString('utf8');
      done();
    },
  });
  const lines = () => text.split('\n').filter((line) => line !== '');
  return Object.assign(stream, {
    isTTY,
    text: () => text,
    lines,
    json: () => lines().map((line) => JSON.parse(line) as Record<string, unknown>),
  });
}
