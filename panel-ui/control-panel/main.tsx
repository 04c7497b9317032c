/** The control panel: what the device's own browser opens. */
import { render } from 'preact';
import { keepWordsWhole } from '../shared/whole-words.ts';
import { App } from './app.tsx';
import { createPanel } from './panel.ts';

keepWordsWhole();
const place = document.getElementById('panel');
if (place !== null) {
  const panel = createPanel(import.meta.url);
  // Until there are words, the frame that came with the page stands.
  const end = panel.words.subscribe(() => {
    end();
    place.replaceChildren();
    render(<App panel={panel} />, place);
  });
}
