export { type Guide, type PanelGuidance } from './guide.ts';
export { lcdLines, type LcdOptions } from './lcd.ts';
export { createLcdPanel, type LcdPanel, type PanelActs } from './lcd-panel.ts';
export { qr, qrModules } from './qr.ts';
export { panelScreen, type ScreenOptions } from './screen.ts';
export { columnsOf, countdown, cutToFit, escapeControls, padTo, wrap } from './text.ts';
export { loadPanelLanguage } from './texts/index.ts';
export { adviceWords, holdWords, questionWords, queueWords } from './words.ts';
