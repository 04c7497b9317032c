/**
 * The panel's hardware keys: arrows move the focus to the nearest control in their direction, Enter is OK (the browser
 * presses the button), Escape and Backspace are Back.
 */

import { distance, type Direction } from './focus-distance.ts';

const controls = 'button:not(:disabled),input:not(:disabled),textarea:not(:disabled),[tabindex="0"]';

const directions: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};

/** Regions of text that may hold more than they show. */
const scrolling = '.scrolls,[data-scrolls]';

/** Listens for as long as the page lives. @param back leaves the present view */
export function followKeys(target: Document, back: () => void): void {
  target.addEventListener('keydown', (event) => {
    const active = target.activeElement;
    const isTyping = active instanceof HTMLInputElement || active instanceof HTMLTextAreaElement;
    const direction = directions[event.key];
    if (direction !== undefined) {
      // Inside a text the caret moves sideways; up and down lead out of it.
      if (isTyping && (direction === 'left' || direction === 'right') && active.value !== '') return;
      event.preventDefault();
      if (!scrolled(active, direction)) moveFocus(target, direction);
    } else if (event.key === 'Escape' || (event.key === 'Backspace' && !isTyping)) {
      // A dialog closes itself on Escape.
      if (event.key === 'Escape' && target.querySelector('dialog[open]') !== null) return;
      event.preventDefault();
      const dialog = target.querySelector('dialog[open]');
      if (dialog === null) back();
      else dialog.dispatchEvent(new Event('cancel', { cancelable: true }));
    }
  });
}

/** Holds more than it shows. */
function isCut(region: Element): boolean {
  return region.scrollHeight > region.clientHeight + 1;
}

/** A region of text that has the focus is read to its end before the focus goes on. */
function scrolled(active: Element | null, direction: Direction): boolean {
  if (active === null || !active.matches(scrolling) || (direction !== 'up' && direction !== 'down')) return false;
  const before = active.scrollTop;
  active.scrollBy(0, (direction === 'down' ? 0.7 : -0.7) * active.clientHeight);
  return active.scrollTop !== before;
}

function moveFocus(target: Document, direction: Direction): void {
  const scope = target.querySelector('dialog[open]') ?? target.body;
  const all = [...scope.querySelectorAll<HTMLElement>(controls)].filter(
    (one) => one.offsetParent !== null && (one.tabIndex !== 0 || !one.matches(scrolling) || isCut(one)),
  );
  const active = target.activeElement;
  const from = active instanceof HTMLElement && all.includes(active) ? active.getBoundingClientRect() : undefined;
  if (from === undefined) {
    (scope.querySelector<HTMLElement>('[data-first]') ?? all[0])?.focus();
    return;
  }
  let nearest: HTMLElement | undefined;
  let least = Infinity;
  for (const one of all) {
    if (one === active) continue;
    const away = distance(from, one.getBoundingClientRect(), direction);
    if (away !== undefined && away < least) [nearest, least] = [one, away];
  }
  nearest?.focus();
  nearest?.scrollIntoView({ block: 'nearest' });
}
