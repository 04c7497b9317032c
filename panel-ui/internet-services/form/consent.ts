/** What a refusal for want of consent says. Pure. */

/** A consequence as the API names it; the sentence is in the language of the daemon. */
export interface OpenConsequence {
  readonly code: 'cloud-becomes-custom' | 'sign-in-dropped' | 'provider-becomes-unspecified' | 'proxy-password-dropped';
  readonly message: string;
}

/**
 * The consequences a person has to accept, from a 409 `settings-need-consent`: `details.consequences` are codes,
 * `details.messages` the daemon's sentences beside them.
 * @returns undefined for any other error, or if it names none
 */
export function consequencesOf(
  code: string,
  details: Readonly<Record<string, unknown>>,
): { readonly consequences: readonly OpenConsequence[] } | undefined {
  const { consequences: codes, messages } = details;
  if (code !== 'settings-need-consent' || !Array.isArray(codes) || codes.length === 0) return undefined;
  const sentences: readonly unknown[] = Array.isArray(messages) ? messages : [];
  return {
    consequences: codes.map((one: unknown, index) => ({
      code: String(one) as OpenConsequence['code'],
      message: String(sentences[index] ?? one),
    })),
  };
}
