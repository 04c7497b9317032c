/** The character display, as it changes: for event streams that ask for it. */
import type { Clock, Language, LcdSize } from '../core/index.ts';
import type { Agent } from './agent.ts';

/** A countdown runs, and longer texts turn their pages. */
const lookEveryMs = 1_000;

/**
 * Sends `event: panel` with the view now and whenever it is another: after a key, after something happened, with time.
 * @param options.language asked anew at each look: the device's may be changed
 * @param options.signal ends it
 * @param options.send writes to the stream
 */
export async function panelEvents(options: {
  readonly agent: Agent;
  readonly clock: Clock;
  readonly size: LcdSize;
  readonly language: () => Language;
  readonly signal: AbortSignal;
  readonly send: (text: string) => void;
}): Promise<void> {
  const { agent, clock, size, language, signal, send } = options;
  let nap = new AbortController();
  const look = () => {
    nap.abort();
  };
  const ends = [agent.subscribe(look)];
  signal.addEventListener('abort', look, { once: true });
  let last = '';
  try {
    ends.push(await agent.lcdPanel.subscribe(look));
    while (!signal.aborted) {
      nap = new AbortController();
      // What happens while the view is drawn is seen at the next look, at once.
      const data = JSON.stringify(await agent.lcdPanel.view(size, language()));
      if (data !== last) send(`event: panel\ndata: ${data}\n\n`);
      last = data;
      await clock.sleep(lookEveryMs, { signal: nap.signal }).catch(() => undefined);
    }
  } finally {
    for (const end of ends) end();
  }
}
