/** The little of oidc-provider that the tests touch; the package brings no types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export default class Provider {
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>);
    proxy: boolean;
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    on(event: 'grant.success', listen: (context: { readonly body: Readonly<Record<string, unknown>> }) => void): this;
    on(event: 'server_error', listen: (context: unknown, error: Error) => void): this;
  }
}
