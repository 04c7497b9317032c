/** Everything behind the log-in: menu, pages, which of them is drawn. */
import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useStore, type Store } from '../shared/store.ts';
import { useApp } from './context.ts';
import { Content, Crumbs, Head, Menu, MenuOverview } from './frame.tsx';
import { placeOf, type PageId, type Place } from './pages.ts';
import { AddressBookPage } from './pages/address-book.tsx';
import { CodePage } from './pages/code.tsx';
import { DevicePage } from './pages/device.tsx';
import { HomePage } from './pages/home.tsx';
import { JobsPage } from './pages/jobs.tsx';
import { MaintenancePage } from './pages/maintenance.tsx';
import { DnsPage, ProxyPage } from './pages/network.tsx';
import { ClientsPage, LanPage } from './pages/printers.tsx';
import { AccessPage, AuditPage, AuthoritiesPage, CertificatePage } from './pages/security.tsx';
import { SenderPage } from './pages/sender.tsx';
import { SmtpPage } from './pages/smtp.tsx';
import { AboutPage, GuidancePage, LogPage, OtherSettingsPage } from './pages/system.tsx';

/** What a page is told of its address. */
interface PageProps {
  /** What follows its path. */
  readonly argument: string;
  /** What follows `?`. */
  readonly query: string;
}

const drawers: Readonly<Record<PageId, ComponentType<PageProps>>> = {
  'home': HomePage,
  'sender-address': SenderPage,
  'address-book': AddressBookPage,
  'jobs': JobsPage,
  'guidance': GuidancePage,
  'smtp': SmtpPage,
  'smtp-code': CodePage,
  'proxy': ProxyPage,
  'dns': DnsPage,
  'lan': LanPage,
  'clients': ClientsPage,
  'access': AccessPage,
  'certificate': CertificatePage,
  'authorities': AuthoritiesPage,
  'audit': AuditPage,
  'device-details': DevicePage,
  'other-settings': OtherSettingsPage,
  'log': LogPage,
  'maintenance': MaintenancePage,
  'about': AboutPage,
};

/** The page of an administrator. */
export function Inside(props: { readonly route: Store<string> }) {
  const path = useStore(props.route);
  const [isMenuOpen, setMenuOpen] = useState(false);
  const [bare = '', query = ''] = path.split('?');
  const place = placeOf(bare);
  const visited = useRef({ path, isAnother: false });
  if (visited.current.path !== path) visited.current = { path, isAnother: true };
  useEffect(() => setMenuOpen(false), [path]);
  return (
    <>
      <Head isLoggedIn onMenu={() => setMenuOpen(!isMenuOpen)} isMenuOpen={isMenuOpen} />
      <div class="body">
        <Menu place={place} isOpen={isMenuOpen} />
        <Page
          key={bare.split('/').slice(0, 4).join('/')}
          place={place}
          query={query}
          takesFocus={visited.current.isAnother}
        />
      </div>
    </>
  );
}

function Page(props: { readonly place: Place; readonly query: string; readonly takesFocus: boolean }) {
  const { texts: app } = useApp();
  const { place, takesFocus } = props;
  const title =
    place.kind === 'page'
      ? app.nav[place.page.title]
      : place.kind === 'menu'
        ? app.nav[place.menu]
        : app.shell.pageNotFound;
  useEffect(() => {
    document.title = `${title} – ${app.shell.product}`;
  }, [title, app]);
  switch (place.kind) {
    case 'page': {
      const Drawer = drawers[place.page.id];
      return (
        <Content
          title={title}
          takesFocus={takesFocus}
          crumbs={<Crumbs above={place.page.above} here={place.page.title} />}
        >
          <Drawer argument={place.argument} query={props.query} />
        </Content>
      );
    }
    case 'menu':
      return (
        <Content title={title} takesFocus={takesFocus}>
          <MenuOverview entries={place.entries} />
        </Content>
      );
    case 'unknown':
      return (
        <Content title={title} takesFocus={takesFocus}>
          {/* The heading says it. */}
          <div class="empty">
            <a href="#/home">{app.shell.toHome}</a>
          </div>
        </Content>
      );
  }
}
