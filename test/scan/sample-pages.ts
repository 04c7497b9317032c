/** Page files for tests: heads that are right, and points that are few. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface JpegFacts {
  readonly width?: number;
  readonly height?: number;
  readonly components?: 1 | 3;
  readonly dpi?: number;
  readonly sampling?: number;
  /** Octets of "picture". */
  readonly filling?: number;
}

/** JFIF with a frame and no picture: what headers are read from. */
export function jpeg({
  width = 40,
  height = 60,
  components = 3,
  dpi = 100,
  sampling = 0x22,
  filling = 50,
}: JpegFacts = {}): Buffer {
  const two = (value: number) => [value >> 8, value & 255];
  const app0 = [0xff, 0xe0, ...two(16), ...Buffer.from('JFIF\0'), 1, 1, 1, ...two(dpi), ...two(dpi), 0, 0];
  const parts = Array.from({ length: components }, (_, i) => [i + 1, i === 0 ? sampling : 0x11, 0]).flat();
  const frame = [0xff, 0xc0, ...two(8 + 3 * components), 8, ...two(height), ...two(width), components, ...parts];
  return Buffer.from([0xff, 0xd8, ...app0, ...frame, ...Array<number>(filling).fill(0x55), 0xff, 0xd9]);
}

/** P4: every second column black. */
export function bitmap(width: number, height: number): Buffer {
  return Buffer.concat([
    Buffer.from(`P4\n# made by a test\n${String(width)} ${String(height)}\n`),
    Buffer.alloc(Math.ceil(width / 8) * height, 0xaa),
  ]);
}

/** P5 or P6: grey or colour, all points of one value. */
export function raster(width: number, height: number, components: 1 | 3, value: number): Buffer {
  return Buffer.concat([
    Buffer.from(`P${components === 1 ? '5' : '6'}\n${String(width)} ${String(height)}\n255\n`),
    Buffer.alloc(width * height * components, value),
  ]);
}

export async function pageFile(dir: string, name: string, content: Buffer): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, content);
  return path;
}
