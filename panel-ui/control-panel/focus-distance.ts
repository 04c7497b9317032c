/** Which control an arrow key leads to. Pure. */

/** Edges of a control in pixels. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Directions of the arrow keys. */
export type Direction = 'up' | 'down' | 'left' | 'right';

/**
 * How far a control is in a direction: the gap between the edges counts once, what it is off to the side twice.
 * @returns undefined if it does not lie there
 */
export function distance(from: Box, to: Box, direction: Direction): number | undefined {
  const middle = (box: Box) => ({ x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 });
  const [one, other] = [middle(from), middle(to)];
  const isVertical = direction === 'up' || direction === 'down';
  const gap = {
    up: from.top - to.bottom,
    down: to.top - from.bottom,
    left: from.left - to.right,
    right: to.left - from.right,
  }[direction];
  const ahead = { up: one.y - other.y, down: other.y - one.y, left: one.x - other.x, right: other.x - one.x }[
    direction
  ];
  // A little overlap is rounding; more means that it stands beside.
  if (ahead <= 0 || gap < -4) return undefined;
  const aside = isVertical
    ? Math.max(0, to.left - from.right, from.left - to.right)
    : Math.max(0, to.top - from.bottom, from.top - to.bottom);
  const drift = isVertical ? Math.abs(one.x - other.x) : Math.abs(one.y - other.y);
  return Math.max(0, gap) + 2 * aside + drift / 10;
}
