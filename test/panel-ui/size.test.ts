/** What a panel's browser has to load and parse before the first screen, built as the device gets it. */
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { uiFromSources } from '../support/doors.ts';

describe('the control panel as it is shipped', () => {
  test('its scripts, words of one language included, stay under 60 kB gzip', async () => {
    const files = await uiFromSources('control-panel');
    const scripts = files
      .filter((one) => one.path.endsWith('.js'))
      .map((one) => Buffer.from(one.base64, 'base64').length);
    const words = files.filter((one) => /^\/(zh-cn|zh-tw|ja)-/.test(one.path));
    expect(words).toHaveLength(3);
    // All of them at once is more than any page loads, and still under the limit.
    expect(scripts.reduce((sum, one) => sum + one, 0)).toBeLessThan(60_000);
  }, 30_000);

  test('nothing in it is loaded from elsewhere, nor inline', async () => {
    const files = await uiFromSources('control-panel');
    const page = files.find((one) => one.path === '/');
    const html = gunzipSync(Buffer.from(page?.base64 ?? '', 'base64')).toString('utf8');
    expect(html).toMatch(/<script type="module" src="\/main-\w+\.js"><\/script>/);
    expect(html).not.toMatch(/\sstyle=|\son\w+=|<script>|<style|https?:/);
    for (const file of files.filter((one) => one.path.endsWith('.css')))
      expect(gunzipSync(Buffer.from(file.base64, 'base64')).toString('utf8')).not.toMatch(
        /@import|url\(\s*["']?https?:/,
      );
  }, 30_000);
});
