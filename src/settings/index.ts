export { crossProblems, senderRulesOf, type SettingProblem } from './cross-checks.ts';
export { effectiveService, type EffectiveService } from './effective-service.ts';
export { settingFields, settingsJsonSchema, unknownSetting, type SettingField } from './fields.ts';
export { type SettingsHealth } from './load-settings.ts';
export { planChange, type ChangePlan } from './plan-change.ts';
export { defaultSettings, settingsSchema, type Settings } from './schema.ts';
export { type Consequence, type ConsequenceCode, type SettingsDoor } from './service-rules.ts';
export { parseSettingText } from './setting-text.ts';
export { createSettingsStore, type SettingsStore } from './store.ts';
