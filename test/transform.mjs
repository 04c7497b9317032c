/** Jest's TypeScript: esbuild takes the types off, file by file. Types are checked by `tsc`, not here. */
import { transformSync } from 'esbuild';

export default {
  canInstrument: false,
  process(sourceText, sourcePath) {
    const { code } = transformSync(sourceText, {
      loader: 'ts',
      format: 'esm',
      target: 'node20.19',
      sourcemap: 'inline',
      sourcefile: sourcePath,
      keepNames: false,
    });
    return { code };
  },
};
