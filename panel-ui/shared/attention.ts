/** Is somebody at this page? What a page asks by itself, on a timer, must not keep a log-in alive (T42). */

/** A person reads for a while without touching anything. */
const awayAfterMs = 60_000;

/**
 * Watches a window for keys and fingers.
 * @returns whether somebody has touched the page within the last minute
 */
export function watchAttention(target: Window): () => boolean {
  let lastMs = performance.now();
  const touched = () => {
    lastMs = performance.now();
  };
  for (const kind of ['pointerdown', 'keydown', 'wheel'] as const)
    target.addEventListener(kind, touched, { passive: true, capture: true });
  return () => performance.now() - lastMs < awayAfterMs;
}
