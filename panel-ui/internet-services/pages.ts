/** The map of pages: where each stands in the menu, and its hash route. Pure; `app.tsx` knows who draws it. */

/** A page; its `id` is the end of its route and the key of its summary. */
export interface PageEntry {
  readonly id: PageId;
  /** Hash route without `#`. */
  readonly path: string;
  /** Key of `texts.nav`. */
  readonly title: NavKey;
  /** Menus above it, outermost first, as printed steps name them. */
  readonly above: readonly NavKey[];
  /** Reached from another page, not from the menu. */
  readonly isHidden?: true;
}

export type PageId =
  | 'home'
  | 'sender-address'
  | 'address-book'
  | 'jobs'
  | 'guidance'
  | 'smtp'
  | 'smtp-code'
  | 'proxy'
  | 'dns'
  | 'lan'
  | 'clients'
  | 'access'
  | 'certificate'
  | 'authorities'
  | 'audit'
  | 'device-details'
  | 'other-settings'
  | 'log'
  | 'maintenance'
  | 'about';

export type NavKey =
  | 'home'
  | 'apps'
  | 'sendEmail'
  | 'appSettings'
  | 'senderAddress'
  | 'addressBook'
  | 'jobs'
  | 'jobHistory'
  | 'guidance'
  | 'network'
  | 'protocolSettings'
  | 'smtp'
  | 'enterCode'
  | 'connection'
  | 'proxy'
  | 'dns'
  | 'printers'
  | 'lan'
  | 'clients'
  | 'security'
  | 'access'
  | 'certificate'
  | 'authorities'
  | 'audit'
  | 'system'
  | 'deviceDetails'
  | 'otherSettings'
  | 'log'
  | 'maintenance'
  | 'about';

/** Every page, in the order of the menu. */
export const pages: readonly PageEntry[] = [
  { id: 'home', path: '/home', title: 'home', above: [] },
  { id: 'address-book', path: '/apps/address-book', title: 'addressBook', above: ['apps'] },
  {
    id: 'sender-address',
    path: '/apps/send-email/sender-address',
    title: 'senderAddress',
    above: ['apps', 'sendEmail', 'appSettings'],
  },
  { id: 'jobs', path: '/jobs', title: 'jobHistory', above: ['jobs'] },
  { id: 'smtp', path: '/network/smtp', title: 'smtp', above: ['network', 'protocolSettings'] },
  {
    id: 'smtp-code',
    path: '/network/smtp/code',
    title: 'enterCode',
    above: ['network', 'protocolSettings', 'smtp'],
    isHidden: true,
  },
  { id: 'proxy', path: '/network/proxy', title: 'proxy', above: ['network', 'connection'] },
  { id: 'dns', path: '/network/dns', title: 'dns', above: ['network', 'connection'] },
  { id: 'lan', path: '/network/printers', title: 'lan', above: ['network', 'printers'] },
  { id: 'clients', path: '/network/printers-seen', title: 'clients', above: ['network', 'printers'] },
  { id: 'access', path: '/security/access', title: 'access', above: ['security'] },
  { id: 'certificate', path: '/security/certificate', title: 'certificate', above: ['security'] },
  { id: 'authorities', path: '/security/authorities', title: 'authorities', above: ['security'] },
  { id: 'audit', path: '/security/audit', title: 'audit', above: ['security'] },
  { id: 'device-details', path: '/system/device-details', title: 'deviceDetails', above: ['system'] },
  { id: 'other-settings', path: '/system/other-settings', title: 'otherSettings', above: ['system'] },
  { id: 'guidance', path: '/system/guidance', title: 'guidance', above: ['system'] },
  { id: 'log', path: '/system/log', title: 'log', above: ['system'] },
  { id: 'maintenance', path: '/system/maintenance', title: 'maintenance', above: ['system'] },
  { id: 'about', path: '/system/about', title: 'about', above: ['system'] },
];

/** What a hash leads to. */
export type Place =
  | { readonly kind: 'page'; readonly page: PageEntry; readonly argument: string }
  /** A menu with several pages: its overview. */
  | { readonly kind: 'menu'; readonly menu: NavKey; readonly entries: readonly PageEntry[] }
  | { readonly kind: 'unknown' };

const menus: Readonly<Record<string, NavKey>> = {
  '/apps': 'apps',
  '/network': 'network',
  '/security': 'security',
  '/system': 'system',
};

/** The hash route of a menu's overview, or of its only page. */
export function pathOfMenu(menu: NavKey): string {
  const own = Object.entries(menus).find(([, key]) => key === menu)?.[0];
  return own ?? pages.find(({ title, above }) => title === menu || above[0] === menu)?.path ?? '/home';
}

/**
 * Reads `location.hash`.
 * @param hash foreign text: `#/jobs/01hyr...`; what follows a page's path is its argument
 */
export function placeOf(hash: string): Place {
  const path = hash.replace(/^#/, '').replace(/\/+$/, '') || '/home';
  const menu = menus[path];
  if (menu !== undefined) return { kind: 'menu', menu, entries: pages.filter(({ above }) => above[0] === menu) };
  const exact = pages.find((page) => page.path === path);
  if (exact !== undefined) return { kind: 'page', page: exact, argument: '' };
  const owner = pages.find((page) => path.startsWith(`${page.path}/`));
  if (owner === undefined) return { kind: 'unknown' };
  return { kind: 'page', page: owner, argument: decoded(path.slice(owner.path.length + 1)) };
}

/** A hash somebody typed may hold a broken escape. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** One top entry of the menu, with its pages grouped by the menu between. */
export interface MenuEntry {
  readonly key: NavKey;
  readonly path: string;
  /** Empty for a page of its own. */
  readonly groups: readonly { readonly keys: readonly NavKey[]; readonly pages: readonly PageEntry[] }[];
}

/** The menu as it is drawn. */
export function menuTree(): readonly MenuEntry[] {
  const tree: { key: NavKey; path: string; groups: { keys: readonly NavKey[]; pages: PageEntry[] }[] }[] = [];
  for (const page of pages) {
    if (page.isHidden) continue;
    const key = page.above[0] ?? page.title;
    let entry = tree.find((one) => one.key === key);
    if (entry === undefined) tree.push((entry = { key, path: pathOfMenu(key), groups: [] }));
    const isAlone = pages.filter(({ above, title }) => (above[0] ?? title) === key).length === 1;
    if (isAlone) continue;
    const keys = page.above.slice(1);
    let group = entry.groups.find((one) => one.keys.join() === keys.join());
    if (group === undefined) entry.groups.push((group = { keys, pages: [] }));
    group.pages.push(page);
  }
  return tree;
}
