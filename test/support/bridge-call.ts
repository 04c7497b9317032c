/** One call over the agent's Unix socket, as programs of the device make it. */
import { request } from 'node:http';

export interface BridgeReply {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
  /** The body as JSON; the caller knows its shape. */
  json(): unknown;
}

/** @param body sent as JSON */
export function bridgeCall(socketPath: string, method: string, path: string, body?: unknown): Promise<BridgeReply> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method, path, headers: { host: 'agent' } }, (reply) => {
      const pieces: Buffer[] = [];
      reply.on('data', (piece: Buffer) => pieces.push(piece));
      reply.on('error', reject);
      reply.on('end', () => {
        const whole = Buffer.concat(pieces);
        resolve({
          status: reply.statusCode ?? 0,
          type: reply.headers['content-type'] ?? '',
          body: whole,
          json: () => JSON.parse(whole.toString()) as unknown,
        });
      });
    });
    call.on('error', reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
