/** The frame of all pages: head, menu, crumbs, messages. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Language } from '../../src/core/index.ts';
import { Button, Lamp, Notice } from '../shared/components/index.ts';
import { languageNames } from '../shared/language.ts';
import { useApp, type Tone } from './context.ts';
import { menuTree, pathOfMenu, type NavKey, type PageEntry, type Place } from './pages.ts';

/** A message that is shown for some seconds. */
export interface Message {
  readonly id: number;
  readonly tone: Tone;
  readonly text: string;
}

/** Choice of language; each language calls itself by its own name. */
export function LanguageChoice() {
  const { texts, language, chooseLanguage } = useApp();
  return (
    <label class="language">
      <span class="out-of-sight">{texts.shell.language}</span>
      <select
        class="input"
        value={language}
        onChange={(event) => chooseLanguage(event.currentTarget.value as Language)}
      >
        {Object.entries(languageNames).map(([tag, name]) => (
          <option key={tag} value={tag} lang={tag} selected={tag === language}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Head of every page, also before the log-in: then it says nothing of the device. */
export function Head(props: {
  readonly onMenu?: () => void;
  readonly isMenuOpen?: boolean;
  readonly isLoggedIn: boolean;
}) {
  const { texts, status, logOut } = useApp();
  return (
    <header class="head">
      <a class="skip" href="#content" onClick={skipToContent}>
        {texts.shell.skipToContent}
      </a>
      {props.onMenu === undefined ? undefined : (
        <button
          type="button"
          class="menu-button"
          aria-expanded={props.isMenuOpen === true}
          aria-controls="menu"
          onClick={props.onMenu}
        >
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M4 6h16M4 12h16M4 18h16" />
          </svg>
          <span>{props.isMenuOpen === true ? texts.shell.closeMenu : texts.shell.menu}</span>
        </button>
      )}
      <a class="brand" href="#/home">
        {texts.shell.product}
      </a>
      {props.isLoggedIn && status !== undefined ? (
        <a class="head-state" href="#/home">
          <Lamp lamp={status.lamp} />
          <span>{texts.home.glance[status.glance]}</span>
        </a>
      ) : undefined}
      <span class="head-space" />
      <LanguageChoice />
      {props.isLoggedIn ? (
        <Button onPress={logOut} label={texts.shell.logOut} class="log-out">
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M14 4h5v16h-5M4 12h10M10 8l4 4-4 4" />
          </svg>
          <span>{texts.shell.logOut}</span>
        </Button>
      ) : undefined}
    </header>
  );
}

/** The hash is the page's address: a plain `#content` would leave it. */
function skipToContent(event: Event): void {
  event.preventDefault();
  const content = document.getElementById('content');
  content?.focus();
  content?.scrollIntoView();
}

/** The menu at the left; on a phone it opens over the page. */
export function Menu(props: { readonly place: Place; readonly isOpen: boolean }) {
  const { texts } = useApp();
  const { place } = props;
  const top =
    place.kind === 'page' ? (place.page.above[0] ?? place.page.title) : place.kind === 'menu' ? place.menu : undefined;
  const current = place.kind === 'page' ? place.page : undefined;
  const isHere = (page: PageEntry) =>
    current !== undefined && (current.path === page.path || current.path.startsWith(`${page.path}/`));
  return (
    <nav id="menu" class={props.isOpen ? 'menu menu-open' : 'menu'} aria-label={texts.shell.menu}>
      <ul>
        {menuTree().map((entry) => {
          const isOpen = entry.key === top;
          const isPage = isOpen && entry.groups.length === 0;
          return (
            <li key={entry.key} class={isOpen ? 'menu-top menu-top-open' : 'menu-top'}>
              <a href={`#${entry.path}`} {...(isPage ? { 'aria-current': 'page' as const } : {})}>
                {texts.nav[entry.key]}
              </a>
              {isOpen && entry.groups.length > 0 ? (
                <ul class="menu-groups">
                  {entry.groups.map((group) => (
                    <li key={group.keys.join()}>
                      {group.keys.length === 0 ? undefined : (
                        <span class="menu-group">{group.keys.map((key) => texts.nav[key]).join(' › ')}</span>
                      )}
                      <ul>
                        {group.pages.map((page) => (
                          <li key={page.id}>
                            <a href={`#${page.path}`} {...(isHere(page) ? { 'aria-current': 'page' as const } : {})}>
                              {texts.nav[page.title]}
                            </a>
                          </li>
                        ))}
                      </ul>
                    </li>
                  ))}
                </ul>
              ) : undefined}
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

/** Where one is, as printed steps write it: Network › Protocol settings › SMTP. */
export function Crumbs(props: { readonly above: readonly NavKey[]; readonly here: NavKey }) {
  const { texts } = useApp();
  const [top, ...between] = props.above;
  if (top === undefined || top === props.here) return null;
  return (
    <p class="crumbs">
      <a href={`#${pathOfMenu(top)}`}>{texts.nav[top]}</a>
      {between.map((key) => (
        <span key={key}> › {key === 'smtp' ? <a href="#/network/smtp">{texts.nav[key]}</a> : texts.nav[key]}</span>
      ))}
      <span> › {texts.nav[props.here]}</span>
    </p>
  );
}

/** A menu's pages, each with what it is for. */
export function MenuOverview(props: { readonly entries: readonly PageEntry[] }) {
  const { texts } = useApp();
  const summaries: Readonly<Record<string, string>> = texts.nav.summaries;
  return (
    <ul class="overview">
      {props.entries
        .filter(({ isHidden }) => isHidden !== true)
        .map((page) => (
          <li key={page.id}>
            <a class="card overview-card" href={`#${page.path}`}>
              {page.above.length > 1 ? (
                <small>
                  {page.above
                    .slice(1)
                    .map((key) => texts.nav[key])
                    .join(' › ')}
                </small>
              ) : undefined}
              <strong>{texts.nav[page.title]}</strong>
              <span>{summaries[page.id] ?? ''}</span>
            </a>
          </li>
        ))}
    </ul>
  );
}

/** The page itself: its heading gets the focus when one comes from another page. */
export function Content(props: {
  readonly title: string;
  readonly crumbs?: ComponentChildren;
  readonly takesFocus: boolean;
  readonly children: ComponentChildren;
}) {
  const { connection, texts } = useApp();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!props.takesFocus) return;
    heading.current?.focus();
    window.scrollTo(0, 0);
  }, []);
  return (
    <main class="content" id="content" tabIndex={-1}>
      {props.crumbs}
      <h1 ref={heading} tabIndex={-1}>
        {props.title}
      </h1>
      {connection === 'lost' ? (
        <Notice kind="warning">
          <p>{texts.shell.errors.lost}</p>
        </Notice>
      ) : undefined}
      {props.children}
    </main>
  );
}

/** Messages at the lower edge. The region is always there, or screen readers would miss the first. */
export function Messages(props: { readonly messages: readonly Message[] }) {
  return (
    <div class="messages" role="status" aria-live="polite">
      {props.messages.map(({ id, tone, text }) => (
        <p key={id} class={`message message-${tone}`}>
          {text}
        </p>
      ))}
    </div>
  );
}
