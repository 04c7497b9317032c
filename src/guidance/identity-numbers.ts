/**
 * AADSTS numbers of the identity service and what we tell a person about each (facts section 4). The numbers choose the
 * text only: they are for people and may change, by the vendor's own rule programs act on `error` and `suberror`.
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
import { type GuidanceId } from './entries.ts';

/** Numbers by entry, in the groups of the facts. */
export const identityNumbers: readonly (readonly [guidanceId: GuidanceId, numbers: readonly number[]])[] = [
  // Device code
  ['sign-in-waiting', [70016]],
  ['user-code-wrong', [70018]],
  ['sign-in-expired', [70019, 70020]], // 70020 seen in logs only
  ['user-code-used', [90119, 90120]],
  ['wrong-region', [50134]],
  ['confirm-on-phone', [50199]],
  ['app-not-found', [700016, 700011, 70001]],
  ['app-disabled', [7000112]],
  ['app-not-public', [7000218]],
  ['app-sends-secret', [700025]],
  ['app-single-tenant', [50194]],
  ['tenant-too-wide', [9001023]],
  ['app-not-for-personal', [9002332, 90130, 90124]],
  // Consent and permissions
  ['consent-needed', [65001]],
  ['consent-declined', [65004]],
  ['admin-consent-needed', [90094, 90095, 90093]],
  ['permission-missing', [65005, 650056, 650057]],
  ['service-missing', [650052, 650054, 500011]],
  ['scope-wrong', [70011, 28002, 28003, 700022, 700023]],
  ['user-not-assigned', [50105]],
  ['partner-consent', [90099]],
  ['redirect-not-registered', [500113, 900971]],
  // Account
  ['account-not-here', [50034, 51004, 50020, 16000, 16003, 50014, 90072]],
  ['account-type-refused', [500208]],
  ['password-wrong', [50126, 50056]],
  ['account-locked', [50053]],
  ['password-expired', [50055, 50144]],
  ['account-disabled', [50057]],
  ['tenant-not-derived', [50128, 50059, 90019]],
  ['guest-account-refused', [50177, 90084]],
  // MFA and Conditional Access
  ['mfa-registration', [50072, 50079]],
  ['mfa-needed', [50074, 50076, 50078, 500121]],
  ['policy-challenge', [50158, 50131, 530032]],
  ['device-wanted', [50097, 50129, 50155, 50187, 53000, 53001, 53002]],
  ['conditional-access', [53003]],
  ['device-code-blocked', [530033]],
  ['device-code-session-blocked', [530036]],
  ['security-defaults-sign-in', [530035]],
  ['user-at-risk', [53011, 53004, 50135]],
  ['sign-in-frequency', [70043, 70044]],
  // Refresh token
  ['session-unused', [700082, 70008]],
  ['session-revoked', [50173, 50132, 50133]],
  ['grant-invalid', [70000]],
  ['code-already-used', [50089, 54005]],
  ['token-from-web-app', [700084]],
  ['tenant-differs', [700005]],
  // Cloud and tenant routing
  ['tenant-unknown', [90002]],
  ['wrong-cloud', [90038, 90051]],
  ['app-in-other-cloud', [900382, 900432]],
  ['us-gov-through-public', [900439]],
  ['tenant-restricted', [50002, 500021, 500022]],
  ['cross-tenant-policy', [500212, 500213, 1000104]],
  ['authority-wrong', [50049, 50050]],
  // Service
  ['identity-unavailable', [90033, 90006, 90090, 90024, 50033, 90012, 50087, 70012]],
  ['identity-throttled', [90055]],
  ['identity-loop', [50196]],
  ['request-malformed', [900144, 90014, 90023, 90100, 9002313]],
];

const byNumber: ReadonlyMap<number, GuidanceId> = new Map(
  identityNumbers.flatMap(([id, numbers]) => numbers.map((number) => [number, id] as const)),
);

/**
 * The entry for the number a phone showed ("AADSTS" left away).
 * @returns undefined for a number the table does not know; the number itself is then all there is to say
 */
export function lookUpPhoneNumber(aadsts: number): GuidanceId | undefined {
  return byNumber.get(aadsts);
}
