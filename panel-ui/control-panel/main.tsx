/** The control panel: what the device's own browser opens. */
import { render } from 'preact';
import { App } from './app.tsx';
import { createPanel } from './panel.ts';

const place = document.getElementById('panel');
if (place !== null) {
  place.replaceChildren();
  render(<App panel={createPanel(import.meta.url)} />, place);
}
