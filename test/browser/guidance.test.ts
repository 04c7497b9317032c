/**
 * Every guidance class on the screens in every language: the whole text as the guidance room says it, nothing of it cut off, on
 * the control panel (the long form: at both sizes) and in Internet Services. One window for each language; only
 * what the daemon says changes.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { languages, type AgentStatus, type Language, type SignInState } from '../../src/core/index.ts';
import {
  guidanceEntries as entries,
  guidanceFor,
  loadGuidance,
  statusSentence,
  type Guidance,
  type GuidanceId,
} from '../../src/guidance/index.ts';
import { uiFromSources } from '../support/doors.ts';
import { startPanelFake } from '../support/panel-fake.ts';
import { sampleStatus } from '../support/sample-status.ts';
import { closeBrowser, launchBrowser, openWindow, pictures, settled, sizes, takesAllPictures } from './chromium.ts';
import { lookWhenDrawn, seriousFindings } from './looks.ts';
import { needed } from './panel-scenes.ts';
import { openPlayedPanel } from './played-panel.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
  await Promise.all(languages.map(loadGuidance));
}, 60_000);
afterAll(() => closeBrowser(browser));

const classes = Object.keys(entries) as GuidanceId[];
/** A policy that the vendor makes has this name in every language. */
const foreign = /Block device code flow/;
const look = { app: 'control-panel', foreign } as const;

/** The picture of a device that has this trouble. */
function troubled(id: GuidanceId): Partial<AgentStatus> {
  const { holdReason } = entries[id];
  return holdReason === undefined
    ? { glance: 'offline', lamp: 'amber', guidanceId: id, queue: { ...sampleStatus.queue, waiting: 2 } }
    : { glance: 'held', lamp: 'red', guidanceId: id, queue: { ...sampleStatus.queue, held: 2, holdReason } };
}

function expected(id: GuidanceId, language: Language): Guidance {
  const { deviceEmailAddress, smarthost } = sampleStatus;
  return guidanceFor(id, { deviceEmailAddress, smtpHost: smarthost.host }, language);
}

describe('every guidance class', () => {
  test.each(languages)('has words of its own in %s', (language) => {
    for (const id of classes) {
      const own = expected(id, language);
      expect([id, own.language]).toEqual([id, language]);
      const texts = [own.title, own.paragraph, own.remedy ?? '-', ...own.panel];
      const unfilled = /^\s*$|\bundefined\b|\{[a-z][a-zA-Z]*(:ps)?\}/;
      expect(texts.filter((text) => unfilled.test(text))).toEqual([]);
      if (language === 'en') continue;
      const english = expected(id, 'en');
      expect([id, own.title === english.title, own.paragraph === english.paragraph]).toEqual([id, false, false]);
    }
  });

  // What fits the small screen fits the large one, as every state of the panel shows at both sizes (control-panel.test.ts).
  test.each(takesAllPictures ? (['small', 'large'] as const) : (['small'] as const))(
    'is whole on the %s control panel, on Home and in full',
    async (size) => {
      const looks = languages.map((language) => lookAtPanel(language, size));
      expect((await Promise.all(looks)).flat()).toEqual([]);
    },
    300_000,
  );

  test('is whole in Internet Services, with who can help', async () => {
    expect((await Promise.all(languages.map(lookAtPages))).flat()).toEqual([]);
  }, 300_000);
});

describe('a sign-in that failed', () => {
  const blocked = 'AADSTS53003: Access has been blocked by Conditional Access policies.';
  /** What the person with the phone is asked for is known to that phone only. */
  const failures: readonly (readonly [name: string, failure: object, isPhoneAsked: boolean])[] = [
    ['expired', { code: 'sign-in-expired' }, true],
    ['declined', { code: 'sign-in-declined' }, true],
    ['not-confirmed', { code: 'sign-in-expired', guidanceId: 'not-confirmed' }, false],
    ['cancelled', { code: 'sign-in-cancelled' }, false],
    ['no-network', { code: 'connect-failed' }, false],
    ['policy', { code: 'policy-blocked', guidanceId: 'conditional-access', aadsts: 53003, detail: blocked }, false],
  ];

  test('is explained once in Internet Services, and asks what the phone showed only if nothing else knows', async () => {
    const fake = await startPanelFake(await uiFromSources('internet-services'));
    const findings: string[] = [];
    for (const language of ['en', 'zh-CN'] as const) {
      const { page, context, complaints } = await openWindow(browser, {
        locale: language,
        viewport: { width: 1024, height: 768 },
      });
      fake.show({ ...needed, signIn: { step: 'failed', code: 'internal' } });
      await page.goto(`${fake.url}#/network/smtp/code`);
      for (const [name, failure, isPhoneAsked] of failures) {
        fake.show({ ...needed, signIn: { step: 'failed', ...failure } as SignInState });
        const { code, guidanceId = code } = failure as { code: GuidanceId; guidanceId?: GuidanceId };
        const { title, paragraph } = expected(guidanceId, language);
        const found = await lookWhenDrawn(page, [title, paragraph, guidanceId], {
          app: 'internet-services',
          within: '.content',
          language,
          foreign: new RegExp(`${foreign.source}|${blocked}`),
        });
        await settled(page);
        found.push(...(await seriousFindings(page)));
        if ((await page.locator('.phone-number').count()) !== (isPhoneAsked ? 1 : 0))
          found.push('asks the phone wrongly');
        const headings = await page.locator('.content :is(h1, h2, h3)').allInnerTexts();
        if (new Set(headings).size !== headings.length) found.push(`says it twice: ${headings.join(' | ')}`);
        await page.screenshot({ path: `${pictures}internet-services/failed-${name}.${language}.png`, fullPage: true });
        findings.push(...found.map((one) => `${name} ${language}: ${one}`));
      }
      findings.push(...complaints);
      await context.close();
    }
    expect(findings).toEqual([]);
  }, 120_000);
});

async function lookAtPanel(language: Language, size: keyof typeof sizes): Promise<string[]> {
  const panel = await openPlayedPanel(browser, {
    viewport: sizes[size],
    state: { path: '/help', status: { ...troubled('sign-in-needed'), deviceLanguage: language } },
  });
  const { page, fake, complaints } = panel;
  const findings: string[] = [];
  for (const view of ['help', ''] as const) {
    await page.evaluate(`location.hash = '#/${view}'`);
    await settled(page);
    for (const id of classes) {
      const { title, paragraph, remedy = '', panel: lines } = expected(id, language);
      const picture = { ...sampleStatus, ...troubled(id), deviceLanguage: language };
      fake.show(picture);
      // Home does not say the same twice.
      const sentence = statusSentence(picture, language);
      const found =
        view === 'help'
          ? await lookWhenDrawn(page, [title, paragraph, remedy], { ...look, within: '.notice', language })
          : await lookWhenDrawn(
              page,
              lines.filter((line) => line !== sentence),
              { ...look, within: '.glance-words', language },
            );
      if (takesAllPictures)
        await page.screenshot({ path: `${pictures}guidance-${view}-${id}.${language}.${size}.png` });
      findings.push(...found.map((one) => `${id} /${view} ${language}: ${one}`));
    }
    findings.push(...(await seriousFindings(page)).map((one) => `${view} ${language}: ${one}`));
  }
  await panel.close();
  return [...complaints, ...findings];
}

async function lookAtPages(language: Language): Promise<string[]> {
  const fake = await startPanelFake(await uiFromSources('internet-services'));
  fake.answer('GET /v1/jobs', () => ({ jobs: [], total: 0 }));
  const { page, context, complaints } = await openWindow(browser, {
    locale: language,
    viewport: { width: 1024, height: 768 },
  });
  await page.goto(`${fake.url}#/home`);
  await page.locator('.glance').waitFor();
  const findings: string[] = [];
  for (const id of classes) {
    const { title, paragraph, remedy = '' } = expected(id, language);
    fake.show(troubled(id));
    const found = await lookWhenDrawn(page, [title, paragraph, remedy, id], {
      ...look,
      app: 'internet-services',
      within: '.guidance',
      language,
    });
    if (takesAllPictures)
      await page.screenshot({ path: `${pictures}internet-services/guidance-${id}.${language}.png`, fullPage: true });
    findings.push(...found.map((one) => `${id} ${language}: ${one}`));
  }
  findings.push(...(await seriousFindings(page)).map((one) => `${language}: ${one}`));
  await context.close();
  return [...complaints, ...findings];
}
