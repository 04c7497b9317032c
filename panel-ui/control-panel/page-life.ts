/** What the page follows, keeps and notices by itself, whoever stands in front. */
import type { AgentStatus, Language } from '../../src/core/index.ts';

/** A person who walks away leaves nothing behind (T51): form, PIN and language go back. */
const idleMs = 150_000;

/** The panel's port was changed: this page goes along. Its cookie and its key of before serve there too, or are asked for anew. */
export function followPort(before: AgentStatus | undefined, now: AgentStatus): void {
  const portOf = (picture: AgentStatus | undefined) =>
    picture?.listeners.find(({ name }) => name === 'panel')?.port.toString();
  const [old, next] = [portOf(before), portOf(now)];
  if (old === undefined || next === undefined || old === next || old !== window.location.port) return;
  window.location.port = next;
}

/** The language of last time; '' in a browser that keeps nothing. */
export function remembered(): string {
  try {
    return localStorage.getItem('language') ?? '';
  } catch {
    return '';
  }
}

/** For the next time; a browser that keeps nothing asks anew. */
export function remember(language: Language): void {
  try {
    localStorage.setItem('language', language);
  } catch {
    // That costs a moment.
  }
}

/** Calls back each time nobody has touched anything for 150 s. */
export function onIdle(act: () => void): void {
  let lastMs = performance.now();
  const touched = () => {
    lastMs = performance.now();
  };
  for (const kind of ['pointerdown', 'keydown'] as const) window.addEventListener(kind, touched, { passive: true });
  window.setInterval(() => {
    if (performance.now() - lastMs < idleMs) return;
    touched();
    act();
  }, 5000);
}
