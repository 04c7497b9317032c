/** What the API asks about the device itself; the composition root has the answers. */
import type { ChangePlan } from '../settings/index.ts';
import type { Caller } from './agent.ts';

/** Version and what the program is made of. */
export interface About {
  readonly version: string;
  /** Of the runtime. */
  readonly node: string;
  readonly uptimeMs: number;
  readonly licences: readonly { readonly name: string; readonly version: string; readonly licence: string }[];
  /** File with the whole bill of materials, beside the program; undefined in a checkout. */
  readonly sbom?: string | undefined;
}

/** The network as the operating system has it. */
export interface Network {
  readonly hostName: string;
  readonly addresses: readonly { readonly name: string; readonly address: string }[];
  /** Set in the operating system, not here. */
  readonly dnsServers: readonly string[];
  /** The doors of this device. */
  readonly doors: readonly { readonly name: string; readonly address: string; readonly port: number }[];
}

/** The certificate browsers and printers are shown. */
export interface Certificate {
  /** SHA-256, upper-case hex pairs with colons. */
  readonly fingerprint: string;
  readonly names: readonly string[];
  readonly validFrom: string;
  readonly validTo: string;
  /** Made here; false: an administrator brought it. */
  readonly isSelfSigned: boolean;
  readonly pem: string;
}

/** One line of the log, as it was written, secrets hidden. */
export interface LogLine {
  readonly atMs: number;
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** Care of the device. */
export interface Maintenance {
  about(): Promise<About>;
  network(): Promise<Network>;
  /** Latest last. @param least lines below this level are left out */
  logLines(limit: number, least?: 'error' | 'warn' | 'info' | 'debug'): Promise<readonly LogLine[]>;
  /** @throws MailError `key-unavailable`, `storage-failed` */
  certificate(): Promise<Certificate>;
  /**
   * Uses the administrator's certificate from now on.
   * @param given.certificatePem the certificate first, then its chain
   * @param given.keyPem may be missing if it was asked for by the last request (CSR)
   * @throws MailError `settings-invalid` with what is wrong
   */
  setCertificate(
    given: { readonly certificatePem: string; readonly keyPem?: string | undefined },
    caller: Caller,
  ): Promise<Certificate>;
  /** A certificate signing request (PKCS #10, PEM) for a new key that stays here. @param names this device's own, if empty */
  requestCertificate(names: readonly string[], caller: Caller): Promise<string>;
  /** Back to a fresh self-signed one. */
  removeCertificate(caller: Caller): Promise<Certificate>;
  /** All settings to their defaults; secrets and jobs stay. Consequences as for any change. */
  resetSettings(accept: readonly string[], caller: Caller): Promise<ChangePlan>;
}
