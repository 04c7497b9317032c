import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { createSettingsStore } from '../../src/settings/index.ts';
import { settingsSchema } from '../../src/settings/rules.ts';
import { collectedLog } from '../support/collected-log.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { tempDir } from '../support/temp-dir.ts';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'bad-configs');

// Each folder: settings.json as found on a device, expected.txt with the health code and what its sentence must say.
test.each(readdirSync(folder).sort())(
  '%s: starts, says what is wrong and how to mend it, and touches nothing',
  async (name) => {
    const [code, ...parts] = readFileSync(join(folder, name, 'expected.txt'), 'utf8')
      .trimEnd()
      .split('\n');
    const found = readFileSync(join(folder, name, 'settings.json'), 'utf8');
    const dir = join(await tempDir(), 'settings');
    mkdirSync(dir);
    copyFileSync(join(folder, name, 'settings.json'), join(dir, 'settings.json'));
    const log = collectedLog();
    const store = createSettingsStore({ dir, clock: new ManualClock(), log });

    await store.start();

    const { ok, code: given, why } = store.health();
    expect({ ok, code: given }).toEqual({ ok: false, code });
    for (const part of parts) expect(why).toContain(part);
    expect(why).toMatch(/\.$/);
    expect(`${why ?? ''}${log.text()}`).not.toContain('canary');
    expect(settingsSchema.safeParse(store.current()).success).toBe(true);
    expect(readFileSync(join(dir, 'settings.json'), 'utf8')).toBe(found);
    const copies = readdirSync(dir).filter((one) => one.startsWith('settings.damaged-'));
    expect(copies.map((one) => readFileSync(join(dir, one), 'utf8'))).toEqual(
      code === 'settings-damaged' ? [found] : [],
    );
    await store.stop();
  },
);
