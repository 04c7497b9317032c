/**
 * As much of a browser's document as the two front ends need to draw and to be pressed: no layout, no looks, no browser. What it
 * cannot tell (sizes, focus order by geometry, the policy of the page) is for test/browser.
 */
import { ToyEvent, ToyTarget } from './toy-events.ts';

/** A node; text and elements alike. */
export class ToyNode extends ToyTarget {
  readonly nodeType: number;
  parentNode: ToyNode | null = null;
  childNodes: ToyNode[] = [];

  private readonly document: ToyDocument | undefined;

  /** @param document none for the document itself */
  constructor(nodeType: number, document: ToyDocument | undefined) {
    super();
    this.nodeType = nodeType;
    this.document = document;
  }

  get ownerDocument(): ToyDocument {
    if (this.document === undefined) throw new Error('of no document');
    return this.document;
  }

  get firstChild(): ToyNode | null {
    return this.childNodes[0] ?? null;
  }

  get nextSibling(): ToyNode | null {
    const siblings = this.parentNode?.childNodes ?? [];
    return siblings[siblings.indexOf(this) + 1] ?? null;
  }

  get isConnected(): boolean {
    return this.nodeType === 9 || (this.parentNode?.isConnected ?? false);
  }

  get textContent(): string {
    return this.childNodes.map((child) => child.textContent).join('');
  }

  set textContent(text: string) {
    this.replaceChildren(...(text === '' ? [] : [this.ownerDocument.createTextNode(text)]));
  }

  insertBefore(node: ToyNode, before: ToyNode | null): ToyNode {
    if (node.parentNode !== null) node.parentNode.childNodes.splice(node.parentNode.childNodes.indexOf(node), 1);
    const at = before === null ? this.childNodes.length : this.childNodes.indexOf(before);
    this.childNodes.splice(at, 0, node);
    node.parentNode = this;
    return node;
  }

  appendChild(node: ToyNode): ToyNode {
    return this.insertBefore(node, null);
  }

  append(...nodes: ToyNode[]): void {
    for (const node of nodes) this.appendChild(node);
  }

  removeChild(node: ToyNode): ToyNode {
    this.childNodes.splice(this.childNodes.indexOf(node), 1);
    node.parentNode = null;
    const { ownerDocument } = this;
    if (!ownerDocument.activeElement.isConnected) ownerDocument.activeElement = ownerDocument.body;
    return node;
  }

  remove(): void {
    this.parentNode?.removeChild(this);
  }

  replaceChildren(...nodes: ToyNode[]): void {
    for (const child of [...this.childNodes]) this.removeChild(child);
    this.append(...nodes);
  }

  private above(): ToyNode[] {
    return this.parentNode === null ? [] : [this.parentNode, ...this.parentNode.above()];
  }

  /** @returns whether nobody prevented what the browser would do */
  dispatchEvent(event: ToyEvent): boolean {
    const path: ToyTarget[] = [this, ...this.above(), this.ownerDocument.defaultView];
    event.target = this;
    const call = (target: ToyTarget, isCapture: boolean) => {
      event.currentTarget = target;
      target.hear(event, isCapture);
    };
    for (const target of [...path].reverse()) call(target, true);
    call(this, false);
    if (event.bubbles) for (const target of path.slice(1)) call(target, false);
    return !event.defaultPrevented;
  }
}

class ToyText extends ToyNode {
  data: string;

  constructor(data: string, ownerDocument: ToyDocument) {
    super(3, ownerDocument);
    this.data = data;
  }

  override get textContent(): string {
    return this.data;
  }
}

/** An element; what Preact sets as a property stands here, the rest are attributes. */
export class ToyElement extends ToyNode {
  readonly localName: string;
  readonly style: Record<string, string> = {};
  lang = '';
  href = '';
  readonly attributes = new Map<string, string>();
  value = '';
  checked = false;
  disabled = false;
  selectionStart: number | null = null;
  files: readonly unknown[] = [];
  scrollTop = 0;
  scrollHeight = 0;
  clientHeight = 0;
  /** Where a test says it stands; nothing is laid out. */
  box = { left: 0, right: 0, top: 0, bottom: 0 };

  constructor(localName: string, document: ToyDocument | undefined) {
    super(document === undefined ? 9 : 1, document);
    this.localName = localName;
  }

  set defaultValue(value: string) {
    this.value = value;
  }

  set className(value: string) {
    this.setAttribute('class', value);
  }

  get tabIndex(): number {
    return Number(this.getAttribute('tabIndex') ?? '0');
  }

  get offsetParent(): ToyNode | null {
    return this.parentNode;
  }

  setAttribute(name: string, value: unknown): void {
    this.attributes.set(name, String(value));
  }

  getAttribute(name: string): string | null {
    return this.attributes.get(name) ?? null;
  }

  removeAttribute(name: string): void {
    this.attributes.delete(name);
  }

  getBoundingClientRect() {
    return this.box;
  }

  scrollBy(_: number, downPx: number): void {
    this.scrollTop = Math.max(0, Math.min(this.scrollHeight - this.clientHeight, this.scrollTop + downPx));
  }

  scrollIntoView(): void {
    this.ownerDocument.inView = this;
  }

  setSelectionRange(from: number): void {
    this.selectionStart = from;
  }

  focus(): void {
    if (!this.disabled) this.ownerDocument.activeElement = this;
  }

  showModal(): void {
    this.setAttribute('open', '');
  }

  close(): void {
    this.removeAttribute('open');
  }

  click(): void {
    if (this.disabled) return;
    const isWanted = this.dispatchEvent(new ToyEvent('click', { bubbles: true }));
    if (isWanted && this.localName === 'button' && this.getAttribute('type') === 'submit')
      this.closest('form')?.dispatchEvent(new ToyEvent('submit', { bubbles: true }));
  }

  matches(selector: string): boolean {
    return selector.split(',').some((one) => isSimple(this, one.trim()));
  }

  closest(selector: string): ToyElement | null {
    if (this.matches(selector)) return this;
    return this.parentNode instanceof ToyElement ? this.parentNode.closest(selector) : null;
  }

  querySelectorAll(selector: string): ToyElement[] {
    return this.childNodes.flatMap((child) =>
      child instanceof ToyElement
        ? [...(child.matches(selector) ? [child] : []), ...child.querySelectorAll(selector)]
        : [],
    );
  }

  querySelector(selector: string): ToyElement | null {
    return this.querySelectorAll(selector)[0] ?? null;
  }
}

/** `tag.class[name="value"]:not(:disabled)`, all parts optional. */
function isSimple(element: ToyElement, selector: string): boolean {
  const [, tag = '', rest = ''] = /^([a-z0-9]*)(.*)$/.exec(selector) ?? [];
  if (tag !== '' && tag !== element.localName) return false;
  const classes = (element.getAttribute('class') ?? '').split(' ');
  for (const [, name, attribute, value, state] of rest.matchAll(
    /\.([\w-]+)|\[([\w-]+)(?:="([^"]*)")?\]|:not\(:(disabled)\)/g,
  )) {
    if (name !== undefined && !classes.includes(name)) return false;
    if (state !== undefined && element.disabled) return false;
    if (attribute === undefined) continue;
    const held = element.getAttribute(attribute === 'tabindex' ? 'tabIndex' : attribute);
    if (held === null || (value !== undefined && held !== value)) return false;
  }
  return true;
}

/** The document of a page. */
export class ToyDocument extends ToyElement {
  readonly documentElement: ToyElement;
  readonly body: ToyElement;
  activeElement: ToyElement;
  title = '';
  /** What was brought into view last. */
  inView: ToyElement | undefined;
  readonly defaultView: ToyTarget;

  constructor(defaultView: ToyTarget, placeId: string) {
    super('#document', undefined);
    this.defaultView = defaultView;
    this.documentElement = new ToyElement('html', this);
    this.body = new ToyElement('body', this);
    this.activeElement = this.body;
    const place = new ToyElement('div', this);
    place.setAttribute('id', placeId);
    this.appendChild(this.documentElement);
    this.documentElement.appendChild(this.body);
    this.body.appendChild(place);
  }

  override get ownerDocument(): this {
    return this;
  }

  createElement(name: string): ToyElement {
    return new ToyElement(name, this);
  }

  createElementNS(_: string, name: string): ToyElement {
    return new ToyElement(name, this);
  }

  createTextNode(text: string): ToyNode {
    return new ToyText(text, this);
  }

  getElementById(id: string): ToyElement | null {
    return this.querySelector(`[id="${id}"]`);
  }
}
