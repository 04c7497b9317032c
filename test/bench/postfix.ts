/** The other side: Postfix as a store-and-forward relay with its defaults, TLS to the same sink, queue on the same disk. */
import { startPostfix as startAnyPostfix, whyNoPostfix } from '../foreign/postfix.ts';
import type { Scene, Side } from './scene.ts';

/** @throws Error in one line: what is missing for it */
export async function startPostfix(
  scene: Scene,
): Promise<Side & { readonly words: string; readonly stop: () => Promise<void> }> {
  const why = whyNoPostfix();
  if (why !== undefined) throw new Error(why);
  const postfix = await startAnyPostfix({
    dir: scene.newFolder('postfix'),
    relayTo: { host: '127.0.0.1', port: scene.sinkPort, tls: 'unverified' },
  });
  return {
    port: postfix.port,
    pid: postfix.pid,
    stop: () => postfix.stop(),
    words: 'its defaults (20 deliveries at once to one destination), TLS demanded',
  };
}
