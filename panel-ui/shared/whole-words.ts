/**
 * A line must not end in the middle of "e-mail": browsers break behind every hyphen; nor before the `>` of a short
 * `<placeholder>` in Chinese or Japanese. Done where elements are made, since such
 * words are in the pages' texts and in the daemon's sentences alike; as markup, because a hyphen of another kind would be
 * copied, searched and read out differently.
 */
import { createElement, Fragment, options, type ComponentChild, type VNode } from 'preact';

/** A hyphen with one or two letters on a side (e-mail, sign-in), or in front of a command's parameter; a placeholder. */
const hyphenated = /(?<![\w-])(?:[a-z]{1,2}-[a-z]+|[a-z]+-(?:[a-z]{1,2}|\d+)|-[a-z]\w+)(?![\w-])|<[^<>@]{1,14}>/gi;

const wholeWord = 'whole-word';

/** Made of text only, or to be copied as it is. */
const leftAlone = new Set(['option', 'title', 'textarea', 'pre', 'code', 'text']);

/** From now on, on the whole page. */
export function keepWordsWhole(): void {
  options.vnode = ({ type, props }: VNode<{ class?: unknown }>) => {
    if (type !== Fragment && (typeof type !== 'string' || leftAlone.has(type))) return;
    if (props.class === wholeWord) return;
    const { children } = props;
    if (typeof children === 'string') props.children = whole(children);
    else if (Array.isArray(children))
      props.children = children.map((child: ComponentChild) => (typeof child === 'string' ? whole(child) : child));
  };
}

/** One child stays one child: two would be apart in a button that is a flex box. */
function whole(text: string): ComponentChild {
  if (!/[-<]/.test(text)) return text;
  const words = text.match(hyphenated);
  if (words === null) return text;
  const parts = text.split(hyphenated).flatMap((part, index) => {
    const word = words[index];
    return word === undefined ? [part] : [part, createElement('span', { class: wholeWord }, [word])];
  });
  return createElement('span', null, parts);
}
