import { describe, expect, test } from '@jest/globals';
import { octetsOf } from '../../src/api/octets.ts';
import { ManualClock } from '../support/manual-clock.ts';

/** A body whose sender is the test. */
function upload() {
  let sender!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      sender = controller;
    },
  });
  const request = new Request('http://localhost/', { method: 'POST', body, duplex: 'half' });
  const clock = new ManualClock();
  return { sender, clock, octets: octetsOf(request, clock) };
}

const piece = Uint8Array.of(1, 2, 3);

describe('the body of a request', () => {
  test('is given piece by piece to its end, and leaves no timer behind', async () => {
    const { sender, clock, octets } = upload();
    sender.enqueue(piece);
    expect(await octets.next()).toEqual({ done: false, value: piece });
    sender.close();
    expect(await octets.next()).toEqual({ done: true, value: undefined });
    expect(clock.pendingMs).toEqual([]);
  });

  test('is given up 30 s after its last piece, not earlier', async () => {
    const { sender, clock, octets } = upload();
    for (const waitMs of [20_000, 29_999]) {
      const reading = octets.next();
      await clock.advance(waitMs);
      sender.enqueue(piece);
      expect(await reading).toEqual({ done: false, value: piece });
    }
    const reading = octets.next();
    const ended = expect(reading).rejects.toMatchObject({ code: 'intake-interrupted' });
    let isOver = false;
    void reading.catch(() => (isOver = true));
    await clock.advance(29_999);
    expect(isOver).toBe(false);
    await clock.advance(1);
    await ended;
    expect(clock.pendingMs).toEqual([]);
  });

  test('may stand still as long as nobody here asks for more', async () => {
    const { sender, clock, octets } = upload();
    sender.enqueue(piece);
    await octets.next();
    await clock.advance(300_000);
    const reading = octets.next();
    await clock.advance(10_000);
    sender.enqueue(piece);
    expect(await reading).toEqual({ done: false, value: piece });
  });

  test('that nobody came back to leaves no timer behind', async () => {
    const { sender, clock, octets } = upload();
    sender.enqueue(piece);
    await octets.next();
    await clock.advance(60_000);
    expect(clock.pendingMs).toEqual([]);
  });

  test('takes at most two hours, however steadily it drips', async () => {
    const { sender, clock, octets } = upload();
    let ended: unknown;
    for (let minute = 0; minute <= 2 * 60 * 4 && ended === undefined; minute += 1) {
      const reading = octets.next();
      await clock.advance(15_000);
      sender.enqueue(piece);
      await reading.catch((error: unknown) => (ended = error));
    }
    expect(ended).toMatchObject({ code: 'intake-interrupted' });
    expect(clock.monotonicMs()).toBe(2 * 3_600_000 + 15_000);
  });

  test('that breaks off is an interrupted submission', async () => {
    const { sender, octets } = upload();
    const reading = octets.next();
    sender.error(new Error('socket hang up'));
    await expect(reading).rejects.toMatchObject({ code: 'intake-interrupted' });
  });
});
