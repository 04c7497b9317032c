/** Events of the toy document (toy-dom.ts): targets and what they hear. */
import type { ToyNode } from './toy-dom.ts';

type Listener = (event: ToyEvent) => void;

/** Like the browser's. */
export class ToyEvent {
  readonly type: string;
  readonly bubbles: boolean;
  readonly key: string;
  target: ToyNode | undefined;
  currentTarget: ToyTarget | undefined;
  defaultPrevented = false;
  isStopped = false;
  [more: symbol]: unknown;

  constructor(type: string, options: { readonly bubbles?: boolean; readonly key?: string } = {}) {
    this.type = type;
    this.bubbles = options.bubbles ?? false;
    this.key = options.key ?? '';
  }

  preventDefault(): void {
    this.defaultPrevented = true;
  }

  stopPropagation(): void {
    this.isStopped = true;
  }

  stopImmediatePropagation(): void {
    this.isStopped = true;
  }
}

/** Hears events; the window, the document, every element. */
export class ToyTarget {
  private readonly heard: { type: string; listener: Listener; isCapture: boolean }[] = [];

  addEventListener(type: string, listener: Listener, options: boolean | { readonly capture?: boolean } = false): void {
    const isCapture = typeof options === 'boolean' ? options : options.capture === true;
    this.heard.push({ type, listener, isCapture });
  }

  removeEventListener(
    type: string,
    listener: Listener,
    options: boolean | { readonly capture?: boolean } = false,
  ): void {
    const isCapture = typeof options === 'boolean' ? options : options.capture === true;
    const at = this.heard.findIndex(
      (one) => one.type === type && one.listener === listener && one.isCapture === isCapture,
    );
    if (at >= 0) this.heard.splice(at, 1);
  }

  /** Calls the listeners of one phase. */
  hear(event: ToyEvent, isCapture: boolean): void {
    for (const one of [...this.heard]) {
      if (one.type !== event.type || one.isCapture !== isCapture || event.isStopped) continue;
      one.listener.call(this, event);
    }
  }

  countOf(type: string): number {
    return this.heard.filter((one) => one.type === type).length;
  }
}
