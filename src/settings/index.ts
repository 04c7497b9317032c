export { crossProblems, senderRulesOf, type SettingProblem } from './cross-checks.ts';
export { effectiveService, type EffectiveService } from './effective-service.ts';
export type { SettingField } from './fields.ts';
export { lanWarnings } from './lan-warnings.ts';
export type { SettingsHealth } from './load-settings.ts';
export type { QuirkName } from './lan-readers.ts';
export type { ChangePlan } from './plan-change.ts';
export type { Settings } from './schema.ts';
export type { Consequence, ConsequenceCode, SettingsDoor } from './service-rules.ts';
export { createSettingsStore, type SettingsStore } from './store.ts';

/** The schema's own knowledge; heavy, so it is loaded when asked for. */
export const settingRules = () => import('./rules.ts');
