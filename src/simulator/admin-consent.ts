import { refusal, type Refusal } from './entra-errors.ts';
import type { StandInState } from './state.ts';

/** An administrator's visit to the consent link, judged. */
export type ConsentRequest =
  | { readonly kind: 'ok'; readonly redirectUri: string | undefined }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** @param needsRedirect the v2.0 form of the link does not go without a redirect address */
export function consentRequest(state: StandInState, query: URLSearchParams, needsRedirect: boolean): ConsentRequest {
  const clientId = query.get('client_id') ?? '';
  const redirectUri = query.get('redirect_uri') ?? undefined;
  const refused = (aadsts: number, text: string): ConsentRequest => ({
    kind: 'refused',
    refusal: { status: 400, error: 'invalid_request', aadsts, text },
  });
  if (clientId.toLowerCase() !== state.clientId.toLowerCase() || state.faults.peek('app-not-found')) {
    return { kind: 'refused', refusal: refusal('appNotFound', clientId) };
  }
  if (state.faults.peek('redirect-not-registered'))
    return refused(500113, 'No reply address is registered for the application.');
  if (redirectUri === undefined)
    return needsRedirect ? refused(900971, 'No reply address provided.') : { kind: 'ok', redirectUri };
  if (redirectUri !== `https://${state.profile.loginHost}/common/oauth2/nativeclient`) {
    return refused(
      50011,
      `The redirect URI '${redirectUri}' specified in the request does not match the redirect URIs configured for the application.`,
    );
  }
  return { kind: 'ok', redirectUri };
}
