/** What a technician waits for at a slow panel: the first screen from cold, and what follows a tap. In Debian's Chromium. */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chromiumPath } from '../support/chromium-path.ts';
import type { Bench } from './bench.ts';
import type { Figure } from './figures.ts';
import { goals } from './goals.ts';

/** About what separates this machine from a panel's processor; the factor people measure phones with too. */
const throttle = 6;
const panelSize = { width: 800, height: 480 };

/** Both front ends, opened by a browser that has nothing of them; the agent has been asked for pages before. */
export async function measureScreens(bench: Bench): Promise<Figure[]> {
  if (chromiumPath === undefined) {
    bench.say('screens: left out, there is no Chromium (npm test installs it)');
    return [];
  }
  const root = bench.scene.newFolder('agent');
  const agent = await bench.scene.coldAgent({ relayConnections: 1, root });
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'],
  });
  const took = { panel: [] as number[], web: [] as number[], tap: [] as number[] };
  try {
    const { panelUrl, webUrl } = await doorsOf(root);
    const scripts = await scriptBytes(browser, panelUrl);
    // Once for the agent: its pages, HTTP and TLS are loaded with the first browser.
    await firstScreen(browser, panelUrl, '.glance-words', 1);
    await firstScreen(browser, webUrl, 'form', 1);
    await bench.rounds('screens', async () => {
      const panel = await firstScreen(browser, panelUrl, '.glance-words', throttle);
      took.panel.push(panel.ms / 1000);
      const web = await firstScreen(browser, webUrl, 'form', throttle);
      took.web.push(web.ms / 1000);
      took.tap.push(await tapToPaint(browser, panelUrl));
    });
    const slow = `${String(throttle)} x throttled CPU`;
    return [
      figure('screen-panel', `first screen, control panel, ${slow}`, 's', took.panel),
      figure('screen-web', `first screen, Internet Services, ${slow}`, 's', took.web),
      figure('screen-tap', `tap to the painted view, control panel, ${slow}`, 'ms', took.tap),
      figure('screen-scripts', 'scripts of the control panel, one language, gzip', 'KiB', [scripts / 1024]),
    ];
  } finally {
    await browser.close();
    await agent.stop();
  }
}

function figure(id: string, title: string, unit: Figure['unit'], ours: readonly number[]): Figure {
  return { id, title, unit, kind: 'cost', ours, ...(goals[id] && { goal: goals[id] }) };
}

/** Where the pages are: asked on the agent's own socket. */
async function doorsOf(root: string): Promise<{ readonly panelUrl: string; readonly webUrl: string }> {
  const runtimeDir = join(root, 'run/mfp-mail-agent');
  const status = await new Promise<string>((resolve, reject) => {
    const call = request({ socketPath: join(runtimeDir, 'agent.sock'), path: '/v1/status' }, (reply) => {
      let text = '';
      reply.on('data', (chunk: Buffer) => (text += chunk.toString()));
      reply.on('end', () => {
        resolve(text);
      });
    });
    call.on('error', reject);
    call.end();
  });
  const { listeners } = JSON.parse(status) as { listeners: readonly { name: string; port: number }[] };
  const portOf = (name: string) => String(listeners.find((one) => one.name === name)?.port);
  const token = readFileSync(join(runtimeDir, 'panel-token'), 'utf8').trim();
  return {
    panelUrl: `http://127.0.0.1:${portOf('panel')}/?token=${token}`,
    webUrl: `https://127.0.0.1:${portOf('web')}/`,
  };
}

async function withPage<T>(browser: Browser, run: (page: Page, context: BrowserContext) => Promise<T>): Promise<T> {
  // A context of its own: no cache, no cookie.
  const context = await browser.newContext({ viewport: panelSize, ignoreHTTPSErrors: true, hasTouch: true });
  try {
    return await run(await context.newPage(), context);
  } finally {
    await context.close();
  }
}

async function slowDown(page: Page, context: BrowserContext, rate: number): Promise<void> {
  const devtools = await context.newCDPSession(page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate });
}

/** From the address to two frames after the first thing one can act on. */
async function firstScreen(
  browser: Browser,
  url: string,
  selector: string,
  rate: number,
): Promise<{ readonly ms: number; readonly firstPaintMs: number }> {
  return withPage(browser, async (page, context) => {
    await page.addInitScript(untilPainted, selector);
    await slowDown(page, context, rate);
    await page.goto(url, { waitUntil: 'commit' });
    const ms = await page.evaluate(() => (globalThis as unknown as Painted).isPainted);
    const firstPaintMs = await page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
    );
    return { ms, firstPaintMs };
  });
}

interface Painted {
  isPainted: Promise<number>;
}

/** In the page: the time, since it was asked for, at which what was looked for had been painted. */
function untilPainted(selector: string): void {
  const page = globalThis as unknown as Painted & {
    document: { querySelector(selector: string): unknown };
    requestAnimationFrame(act: () => void): void;
  };
  page.isPainted = new Promise((resolve) => {
    const look = () => {
      if (page.document.querySelector(selector) === null) page.requestAnimationFrame(look);
      else
        page.requestAnimationFrame(() => {
          page.requestAnimationFrame(() => {
            resolve(performance.now());
          });
        });
    };
    look();
  });
}

/** A finger on a control of Home, until the view behind it has been painted; the worst of six views. */
async function tapToPaint(browser: Browser, url: string): Promise<number> {
  return withPage(browser, async (page, context) => {
    await page.goto(url);
    await page.waitForSelector('.glance-words');
    // The page's own late work is not the finger's.
    await sleep(1000);
    await slowDown(page, context, throttle);
    const took: number[] = [];
    for (let tap = 0; tap < 6; tap++) {
      const target = tap % 2 === 0 ? '.top-button' : '.top-button:first-child';
      took.push(await page.evaluate(tapAndWait, target));
      await sleep(200);
    }
    return Math.max(...took);
  });
}

function tapAndWait(selector: string): Promise<number> {
  const page = globalThis as unknown as {
    document: { querySelector(selector: string): { click(): void } | null };
    requestAnimationFrame(act: () => void): void;
    addEventListener(type: string, act: () => void, options: { readonly once: boolean }): void;
  };
  return new Promise((resolve) => {
    const startMs = performance.now();
    page.addEventListener(
      'hashchange',
      () => {
        page.requestAnimationFrame(() => {
          page.requestAnimationFrame(() => {
            resolve(performance.now() - startMs);
          });
        });
      },
      { once: true },
    );
    page.document.querySelector(selector)?.click();
  });
}

/** Whatever scripts a first screen fetches, as they travel. */
async function scriptBytes(browser: Browser, url: string): Promise<number> {
  return withPage(browser, async (page) => {
    const bodies: Promise<Buffer>[] = [];
    page.on('response', (reply) => {
      if (reply.url().endsWith('.js')) bodies.push(reply.body());
    });
    await page.goto(url);
    await page.waitForSelector('.glance-words');
    await sleep(500);
    const all = await Promise.all(bodies);
    return all.reduce((sum, body) => sum + gzipSync(body, { level: 9 }).length, 0);
  });
}
