/** Shorter words stay in one piece: a line break inside `scan@contoso.com` helps nobody. */
const usualLeastLength = 28;

/**
 * Text with addresses, host names or URLs in it: long ones may break where a person would break them, after
 * `/ . @ - ? & = _`. Without this a line ends in the middle of a word.
 * @param leastLength of words that may break, where there is little room; 28
 */
export function Breakable(props: { readonly text: string; readonly leastLength?: number }) {
  const leastLength = props.leastLength ?? usualLeastLength;
  const parts = props.text
    .split(/(\s+)/)
    .flatMap((word) =>
      word.length < leastLength
        ? [word]
        : word.split(/(?<=[/.@?&=_-])(?=[^/.@?&=_\s-])/).flatMap((part) => [part, <wbr />]),
    );
  return <>{parts}</>;
}
