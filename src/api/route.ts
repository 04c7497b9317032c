/** What a route is: the row of the table that router, role gate, OpenAPI file and tests are made from. */
import type { z } from 'zod';
import { MailError, type Language } from '../core/index.ts';
import type { Agent, CallDoor, Caller, Role } from './agent.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export interface Call<Body = unknown, Query = unknown> {
  readonly agent: Agent;
  readonly caller: Caller;
  /** Of the sentences and texts in the reply. */
  readonly language: Language;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  /** Of the request as it came, for headers. */
  readonly request: Request;
  /** The body piece by piece, for routes with `octets`. @throws MailError `intake-interrupted` when its sender falls silent */
  readonly octets: () => AsyncIterable<Uint8Array>;
}

export interface Route {
  readonly method: Method;
  /** Hono path; parameters as `:name`. */
  readonly path: string;
  readonly summary: string;
  /** The least role that may call it. */
  readonly role: Role;
  /** Doors that serve it; all without it. */
  readonly doors?: readonly CallDoor[] | undefined;
  /** What the audit list calls it (T57); undefined: nothing worth an entry. */
  readonly act?: string | undefined;
  readonly status: 200 | 201 | 202 | 204;
  /** The reply has sentences: `?language=` and `Accept-Language` choose theirs. */
  readonly speaks?: true;
  readonly query?: z.ZodType | undefined;
  readonly body?: z.ZodType | undefined;
  /** Of a body that the handler reads itself: for the OpenAPI file. */
  readonly octets?: { readonly mediaType: string; readonly schema: z.ZodType } | undefined;
  /** Request headers worth a word in the OpenAPI file; the handler checks them. */
  readonly headers?: Readonly<Record<string, z.ZodType>> | undefined;
  /** Of a reply that is text; JSON without it. */
  readonly mediaType?: 'text/plain' | undefined;
  /** undefined: no body (204), or text. */
  readonly reply?: z.ZodType | undefined;
  /** Returns the reply's body, or a Response of its own. */
  readonly handle: (call: Call) => unknown;
}

/** Ties a handler's types to its schemas; the table itself is untyped on purpose. */
export function route<Body extends z.ZodType = z.ZodUndefined, Query extends z.ZodType = z.ZodUndefined>(
  one: Omit<Route, 'handle' | 'body' | 'query'> & {
    body?: Body;
    query?: Query;
    handle: (call: Call<z.output<Body>, z.output<Query>>) => unknown;
  },
): Route {
  return one as unknown as Route;
}

const order: Readonly<Record<Role, number>> = { 'nobody': 0, 'walk-up': 1, 'administrator': 2 };

/**
 * The gate: deny unless the caller's role is enough, and the door one that serves this.
 * @throws MailError `login-needed`, `client-not-allowed`
 */
export function assertAllowed({ role: needed, doors }: Pick<Route, 'role' | 'doors'>, caller: Caller): void {
  if (caller.role === 'nobody' && needed !== 'nobody')
    throw new MailError('login-needed', `${caller.by} has not logged in`);
  if (doors?.includes(caller.door) === false)
    throw new MailError('client-not-allowed', `not served at the door ${caller.door}`);
  if (order[caller.role] < order[needed])
    throw new MailError('client-not-allowed', `${caller.by} is ${caller.role}, route needs ${needed}`);
}
