/** Calls about who may do what: session of the web, PIN of the panel. */

/** Who the browser is to the daemon. */
export interface Session {
  readonly product: string;
  readonly isClaimed?: boolean;
  readonly state: 'unclaimed' | 'signed-out' | 'signed-in';
  readonly role?: 'walk-up' | 'administrator';
  /** There is a PIN that unlocks the panel. */
  readonly hasPin?: boolean;
  readonly csrfToken?: string;
  readonly by?: string;
}

/** What lets whoever stands in front of the device take its web pages over. */
export interface ClaimCode {
  readonly code: string;
  readonly expiresAtMs: number;
  /** Where it is typed; absent while the web pages are closed. */
  readonly webUrl?: string;
}

/** Calls of `src/web/` and `src/panel-door/`. */
export interface AccessEndpoints {
  'GET /v1/session': { reply: Session };
  'POST /v1/session': { body: { readonly password: string }; reply: Session };
  'DELETE /v1/session': { reply: undefined };
  'POST /v1/claim': {
    body: { readonly code: string; readonly password: string; readonly pin?: string };
    reply: Session;
  };
  /** Empty if there is none. */
  'GET /v1/access/claim-code': { reply: Partial<ClaimCode> };
  'POST /v1/access/claim-code': { reply: ClaimCode };
  'POST /v1/panel/unlock': { body: { readonly pin: string }; reply: Session };
  'POST /v1/panel/lock': { reply: Session };
}
