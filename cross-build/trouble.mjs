/** What can go wrong outside our code: one clear line instead of a stack. */

/** Its message is one sentence for the person at the terminal: what is wrong, and what to do; '' if it has been said. */
export class Trouble extends Error {
  exitCode = 1;
}

/** Something of this machine that we cannot get for ourselves: exit code 3. */
export class MissingPrograms extends Trouble {
  exitCode = 3;
}

/** A locked package that the mirror has no longer: exit code 4. */
export class ReplacedPackage extends Trouble {
  exitCode = 4;
}

/**
 * Runs a program of this folder: an expected trouble is one line on standard error and the exit code of its kind.
 * @param {() => Promise<void>} program
 */
export async function runToEnd(program) {
  try {
    await program();
  } catch (error) {
    const known = asTrouble(error);
    if (known?.message !== '') console.error(known === undefined ? error : `cross-build: ${known.message}`);
    process.exitCode = known?.exitCode ?? 1;
  }
}

/** @returns {Trouble | undefined} undefined: a mistake of ours, whose stack should be seen */
export function asTrouble(error) {
  if (error instanceof Trouble) return error;
  const where = error?.dest ?? error?.path ?? '';
  if (error?.code === 'ENOSPC' || /no space left on device/i.test(String(error?.stderr ?? '')))
    return new Trouble(
      `no space left${where === '' ? '' : ` for ${where}`}: free some (the images need 1 GB) and run it again`,
    );
  if (['EACCES', 'EROFS', 'EPERM', 'ENOTDIR'].includes(error?.code))
    return new Trouble(`may not write ${where} (${error.code}): who made it? Change its owner or remove it`);
  return undefined;
}
