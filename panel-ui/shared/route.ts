/** Where the page is: the part of its address behind `#`, so that no server has to know the views. */
import { createStore, type Store } from './store.ts';

/** The path behind `#`, without it: `/scan/to`; `/` if there is none. */
export function pathOf(hash: string): string {
  const path = hash.replace(/^#/, '');
  return path.startsWith('/') ? path : `/${path}`;
}

/** Follows the address. @param target the window */
export function followRoute(target: Window): Store<string> {
  const route = createStore(pathOf(target.location.hash));
  target.addEventListener('hashchange', () => route.set(pathOf(target.location.hash)));
  return route;
}

/** Goes to a view; `replace` leaves no way back to the present one. */
export function goTo(path: string, options: { readonly replace?: boolean } = {}): void {
  if (options.replace === true) window.location.replace(`#${path}`);
  else window.location.hash = path;
}
