/** Folders of this device: what they may be, and who may choose them (T52). */
import { describe, expect, test } from '@jest/globals';
import { readFolder } from '../../src/settings/folder-reader.ts';
import { defaultSettings, exportSettings, planChange, settingFields } from '../../src/settings/rules.ts';

test.each([
  ['', ''],
  [' /srv/scans/ ', '/srv/scans'],
  ['/srv//a/../scans', '/srv/scans'],
  ['/home/firmware/扫描', '/home/firmware/扫描'],
  // A folder of the system by its beginning only.
  ['/etcetera', '/etcetera'],
])('%j is read as %j', (text, folder) => {
  expect(readFolder(text)).toBe(folder);
});

test.each([
  'scans',
  './scans',
  '~/scans',
  '/',
  '//',
  '/etc',
  '/etc/mfp-mail-agent',
  '/srv/../proc/self',
  '/dev/shm',
  '/a\nb',
])('%j is refused with a sentence', (text) => {
  expect(() => readFolder(text)).toThrow(/\.$/);
});

describe('who may choose a folder whose files are mailed', () => {
  const paths = settingFields.filter(({ isDevicePath }) => isDevicePath === true).map(({ path }) => path);
  const used = { ...defaultSettings(), hotFolder: { ...defaultSettings().hotFolder, path: '/srv/scans' } };

  test('only the device itself', () => {
    expect(paths).toEqual(['scan.folder', 'hotFolder.path']);
    for (const path of paths) {
      expect(planChange(defaultSettings(), { [path]: '/srv/scans' }, 'cli').problems).toEqual([]);
      for (const door of ['web', 'panel', 'import'] as const)
        expect(planChange(defaultSettings(), { [path]: '/srv/scans' }, door).problems).toEqual([
          { path, message: expect.stringContaining('on the device itself') },
        ]);
    }
  });

  test('everybody may switch it off, or leave it', () => {
    for (const value of ['', '/srv/scans'])
      expect(planChange(used, { 'hotFolder.path': value }, 'web').problems).toEqual([]);
  });

  test('it does not travel to another device', () => {
    expect(exportSettings(used, 1)).not.toContain('/srv/scans');
  });
});
