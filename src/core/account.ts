/** The account: who signed in, and how far that has got. */

/** Claims the sender rule works with; from the ID token of the last sign-in or renewal. */
export interface AccountIdentity {
  /** `upn` claim, else `preferred_username`. */
  readonly upn: string;
  /** `email` claim; display and first device address only. */
  readonly email?: string | undefined;
  /** `oid` claim; with `tid` the account's stable name, pinned at first sign-in. */
  readonly objectId: string;
  /** `tid` claim. */
  readonly tenantId: string;
  /** Display name, if any. */
  readonly name?: string | undefined;
}

/**
 * none: nobody is signed in. ready: the smarthost answered 235 for this account since the sign-in.
 * unproven: signed in, but the smarthost has not said 235 yet. sign-in-needed: tokens exist no more or are refused.
 */
export type AccountStatus = 'none' | 'unproven' | 'ready' | 'sign-in-needed';

export interface AccountState {
  readonly status: AccountStatus;
  readonly identity?: AccountIdentity | undefined;
  /** Catalogue code of what is wrong, with `sign-in-needed`. */
  readonly code?: string | undefined;
  /** AADSTS number behind it, if the identity service gave one. */
  readonly aadsts?: number | undefined;
  /** Wall clocks. */
  readonly signedInAtMs?: number | undefined;
  readonly renewedAtMs?: number | undefined;
}

/** One device code session, as every screen sees it (RFC 8628 words, MSAL spelling). */
export type SignInState =
  | { readonly step: 'idle' }
  /** The code is being asked for. */
  | { readonly step: 'starting'; readonly startedAtMs: number }
  | {
      readonly step: 'code';
      readonly userCode: string;
      /** Exactly as the server gave it; any https address. */
      readonly verificationUri: string;
      /** False if the host is not one this cloud profile is known to use: show a warning. */
      readonly isKnownHost: boolean;
      readonly expiresAtMs: number;
      /** What the person is asked to grant, and to which app. */
      readonly clientId: string;
      readonly scopes: readonly string[];
      /** Catalogue code of a passing fault while polling (network, 5xx); polling goes on. */
      readonly trouble?: string | undefined;
    }
  /** Signed in; a person must say "use this mailbox" (first account, or another account than before). */
  | {
      readonly step: 'confirm';
      readonly identity: AccountIdentity;
      readonly previousUpn?: string | undefined;
      /** What the device e-mail address becomes when confirmed. */
      readonly deviceEmailAddress: string;
      readonly expiresAtMs: number;
    }
  /** Tokens are stored; the smarthost is being asked for its 235. */
  | {
      readonly step: 'proving';
      readonly identity: AccountIdentity;
      /** Catalogue code of a passing fault (network, busy server); the smarthost is asked again. */
      readonly trouble?: string | undefined;
    }
  | { readonly step: 'ready'; readonly identity: AccountIdentity; readonly isUpnMismatch: boolean }
  /**
   * Over without a sign-in. `code` is a catalogue code: `sign-in-declined`, `sign-in-expired`, `sign-in-cancelled`, ...
   * `detail` is what the other side said: the identity service's description, or the smarthost's reply line.
   * `guidanceId` is the entry that explains it best. `host` is whom it was said by, or who was not reached.
   */
  | {
      readonly step: 'failed';
      readonly code: string;
      readonly aadsts?: number | undefined;
      readonly detail?: string | undefined;
      readonly guidanceId?: string | undefined;
      readonly host?: string | undefined;
    };
