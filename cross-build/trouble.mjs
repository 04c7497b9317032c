/** What can go wrong outside our code: one clear line instead of a stack. */

/** Its message is one sentence for the person at the terminal: what is wrong, and what to do. */
export class Trouble extends Error {}

/**
 * Runs a program of this folder: an expected trouble is one line on standard error and exit code 1.
 * @param {() => Promise<void>} program
 */
export async function runToEnd(program) {
  try {
    await program();
  } catch (error) {
    const known = asTrouble(error);
    console.error(known === undefined ? error : `cross-build: ${known.message}`);
    process.exitCode = 1;
  }
}

/** @returns {Trouble | undefined} undefined: a mistake of ours, whose stack should be seen */
export function asTrouble(error) {
  if (error instanceof Trouble) return error;
  const where = error?.path ?? error?.dest ?? '';
  if (error?.code === 'ENOSPC' || /no space left on device/i.test(String(error?.stderr ?? '')))
    return new Trouble(
      `no space left${where === '' ? '' : ` for ${where}`}: free some (the images need 1 GB) and run it again`,
    );
  if (error?.code === 'EACCES' || error?.code === 'EROFS' || error?.code === 'EPERM')
    return new Trouble(`may not write ${where} (${error.code}): who made it? Change its owner or remove it`);
  return undefined;
}
