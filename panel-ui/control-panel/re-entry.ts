/**
 * How this page comes in again by itself after a restart of the agent. While it is in, the door gives it a key; later it proves
 * that it has it. The key stays in this page, not to be read out even by its own scripts, and never travels again.
 * @see ../../src/panel-door/README.md
 */
import type { Client } from '../shared/client.ts';

const path = '/re-entry';

/** The page's way back in. */
export interface ReEntry {
  /** While the page is in: takes the key, once. */
  prepare(): Promise<void>;
  /** @returns whether the door knows this page again; false also without a key, or with one of another boot */
  comeIn(): Promise<boolean>;
}

/** @param host of the page, as in its address: the proof serves nowhere else */
export function createReEntry(client: Pick<Client, 'request'>, host: string): ReEntry {
  // Named this way, since the tests' types have no word of the browser's.
  let key: Awaited<ReturnType<typeof crypto.subtle.importKey>> | undefined;
  const ask = async <Reply>(query = ''): Promise<Reply> => {
    const response = await client.request('GET', `${path}${query}`);
    return (response.status === 204 ? undefined : await response.json()) as Reply;
  };
  return {
    prepare: async () => {
      if (key !== undefined) return;
      const reply = await ask<{ readonly key?: string }>();
      if (reply.key === undefined) return;
      const hmac = { name: 'HMAC', hash: 'SHA-256' };
      key = await crypto.subtle.importKey('raw', octetsOf(reply.key), hmac, false, ['sign']);
    },
    comeIn: async () => {
      if (key === undefined) return false;
      const { challenge } = await ask<{ readonly challenge?: string }>();
      // Let in meanwhile.
      if (challenge === undefined) return true;
      const proof = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(`${host}|${challenge}`));
      await ask(`?challenge=${challenge}&proof=${base64urlOf(new Uint8Array(proof))}`);
      return true;
    },
  };
}

function octetsOf(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function base64urlOf(octets: Uint8Array): string {
  return btoa(String.fromCharCode(...octets))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
