/**
 * What the schema knows: defaults, fields, checks, plans. It is loaded when settings are to be changed, shown or checked; an
 * agent that only starts with settings checked before does without it (and without zod).
 */
export { editDistance, settingFields, settingsJsonSchema, unknownSetting } from './fields.ts';
export { planChange } from './plan-change.ts';
export { defaultSettings, settingsSchema } from './schema.ts';
export { changedPaths } from './service-rules.ts';
export { parseSettingText } from './setting-text.ts';
export { checkSettings, exportSettings, patchOf, storedForm } from './settings-text.ts';
