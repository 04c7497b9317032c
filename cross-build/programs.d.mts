/** Types of programs.mjs, for the tests. */
export function needPrograms(names: readonly string[]): Promise<void>;
export function programPath(name: string): string | undefined;
export function run(
  name: string,
  args: readonly string[],
  options?: { readonly cwd?: string; readonly okCodes?: readonly number[] },
): Promise<string>;
