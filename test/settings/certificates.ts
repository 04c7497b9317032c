import { makeCa } from '../support/certificates.ts';

/** A CA certificate as settings keep it: LF line ends, one at the end. */
export async function certificatePem(name: string): Promise<string> {
  return `${(await makeCa(name)).cert.trim().replace(/\r\n?/g, '\n')}\n`;
}
