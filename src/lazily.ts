/** Rooms that most starts never need. */

/** A room all of whose methods wait. */
type Waiting = Readonly<Record<string, (...args: never[]) => Promise<unknown>>>;

/**
 * A room that is loaded with the first call of any of its methods, once.
 * @param load imports it and makes it; a failure is tried again with the next call
 * @param names its methods
 */
export function lazily<Room extends { readonly [Name in keyof Room]: Waiting[string] }>(
  load: () => Promise<Room>,
  names: readonly (keyof Room & string)[],
): Room & { readonly isLoaded: () => boolean } {
  let loading: Promise<Room> | undefined;
  const room = () => {
    loading ??= load();
    loading.catch(() => {
      loading = undefined;
    });
    return loading;
  };
  const methods = names.map((name) => [name, async (...args: never[]) => (await room())[name](...args)] as const);
  return { ...Object.fromEntries(methods), isLoaded: () => loading !== undefined } as unknown as Room & {
    readonly isLoaded: () => boolean;
  };
}
