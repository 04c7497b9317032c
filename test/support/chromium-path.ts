import { existsSync } from 'node:fs';

/**
 * Debian's Chromium: without windows if it is there (it draws the same pages for half of the processor's time, as no program has to
 * stand in for a graphics card), else the one with windows. Undefined: neither is.
 */
export const chromiumPath = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((path) => existsSync(path));
