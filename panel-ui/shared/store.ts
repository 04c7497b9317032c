/** State outside of components, and the hooks that bring it in: no more than these screens need. */
import { useCallback, useEffect, useReducer, useRef, useState } from 'preact/hooks';
import { ApiError } from './client.ts';

/** A value that tells its listeners when it is replaced. */
export interface Store<Value> {
  get(): Value;
  set(next: Value | ((before: Value) => Value)): void;
  /** Returns the function that ends it. */
  subscribe(listener: () => void): () => void;
}

/** Makes a store; listeners hear only of values that differ. */
export function createStore<Value>(initial: Value): Store<Value> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set: (next) => {
      const replacement = typeof next === 'function' ? (next as (before: Value) => Value)(value) : next;
      if (Object.is(replacement, value)) return;
      value = replacement;
      for (const listener of [...listeners]) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

/** The present value of a store, drawn anew when it changes. */
export function useStore<Value>(store: Store<Value>): Value {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const drawn = store.get();
  useEffect(() => {
    const end = store.subscribe(() => draw(undefined));
    // It may have changed between drawing and this effect, which runs once the screen has been painted.
    if (!Object.is(store.get(), drawn)) draw(undefined);
    return end;
  }, [store]);
  return drawn;
}

/** What a view that asks the daemon draws: one of three; `empty` is for the view to see in the value. */
export type Load<Value> =
  | { readonly state: 'loading' }
  | { readonly state: 'error'; readonly error: ApiError }
  | { readonly state: 'ready'; readonly value: Value };

/** A loaded value, and what loads or replaces it. */
export interface Loaded<Value> {
  readonly load: Load<Value>;
  /** Asks again; what is shown stays until the answer comes, unless it is an error. */
  readonly reload: () => void;
  readonly replace: (value: Value) => void;
}

/**
 * Asks when first drawn and whenever `keys` change; an answer that comes too late is dropped.
 * @param ask gets a signal that ends with the view
 */
export function useLoad<Value>(ask: (signal: AbortSignal) => Promise<Value>, keys: readonly unknown[]): Loaded<Value> {
  const [load, setLoad] = useState<Load<Value>>({ state: 'loading' });
  const [round, setRound] = useState(0);
  const asked = useRef(ask);
  asked.current = ask;
  useEffect(() => {
    const end = new AbortController();
    setLoad((before) => (before.state === 'error' ? { state: 'loading' } : before));
    asked.current(end.signal).then(
      (value) => {
        if (!end.signal.aborted) setLoad({ state: 'ready', value });
      },
      (error: unknown) => {
        if (!end.signal.aborted) setLoad({ state: 'error', error: toApiError(error) });
      },
    );
    return () => end.abort();
  }, [...keys, round]);
  const reload = useCallback(() => setRound((count) => count + 1), []);
  const replace = useCallback((value: Value) => setLoad({ state: 'ready', value }), []);
  return { load, reload, replace };
}

/** An act a person starts: whether it runs, and what became of it. */
export interface Act<Args extends readonly unknown[]> {
  readonly isRunning: boolean;
  readonly error: ApiError | undefined;
  readonly run: (...args: Args) => void;
  readonly clear: () => void;
}

/** Runs `act` once at a time, whatever a nervous finger does. */
export function useAct<Args extends readonly unknown[]>(act: (...args: Args) => Promise<unknown>): Act<Args> {
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<ApiError>();
  const running = useRef(false);
  const isMounted = useRef(true);
  useEffect(() => () => void (isMounted.current = false), []);
  const run = (...args: Args) => {
    if (running.current) return;
    running.current = true;
    setRunning(true);
    setError(undefined);
    act(...args)
      .catch((cause: unknown) => {
        if (isMounted.current) setError(toApiError(cause));
      })
      .finally(() => {
        running.current = false;
        if (isMounted.current) setRunning(false);
      });
  };
  return { isRunning, error, run, clear: () => setError(undefined) };
}

/** The wall clock, drawn anew every `everyMs`. */
export function useNow(everyMs: number): number {
  const [nowMs, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), everyMs);
    return () => window.clearInterval(timer);
  }, [everyMs]);
  return nowMs;
}

/** Anything thrown, as the one error screens draw. */
export function toApiError(error: unknown): ApiError {
  return error instanceof ApiError
    ? error
    : new ApiError('internal', error instanceof Error ? error.message : String(error), {}, 0);
}
