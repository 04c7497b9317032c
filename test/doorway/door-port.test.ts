import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createDoorPort, type DoorPlace } from '../../src/doorway/index.ts';
import { collectedLog } from '../support/collected-log.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';
import { freePort } from '../support/loopback.ts';

const host = '127.0.0.1';
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function listening(port: number): Promise<Server> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen({ host, port }, () => {
      resolve(server);
    });
  });
}

/** A door that echoes. */
async function setUp(first: readonly DoorPlace[]) {
  const clock = new ManualClock();
  let places = first;
  const door = createDoorPort({
    name: 'door',
    most: 10,
    mostPerAddress: 10,
    clock,
    log: collectedLog(),
    places: () => places,
    load: () => Promise.resolve({ take: (socket) => socket.pipe(socket), stop: () => undefined }),
  });
  await door.start();
  ends.push(() => door.stop());
  return {
    door,
    clock,
    change: (next: readonly DoorPlace[]) => {
      places = next;
      return door.reconfigure();
    },
  };
}

function client(port: number): Promise<Socket | undefined> {
  const socket = connect({ host, port });
  ends.push(() => socket.destroy());
  return new Promise((resolve) => {
    socket.once('connect', () => {
      resolve(socket);
    });
    socket.once('error', () => {
      resolve(undefined);
    });
  });
}

function echoOf(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  return new Promise((resolve) => {
    socket.once('data', (octets: Buffer) => {
      resolve(octets.toString());
    });
  });
}

const ended = (socket: Socket): Promise<unknown> =>
  new Promise((resolve) => {
    socket.once('close', resolve);
    socket.resume();
  });

describe('a door whose places change', () => {
  test('opens the new port, closes that of before, and lets what is open end its answer', async () => {
    const [one, two] = [await freePort(), await freePort()];
    const { door, change, clock } = await setUp([{ host, port: one }]);
    const before = (await client(one)) as Socket;
    expect(await echoOf(before, 'a')).toBe('a');
    await change([{ host, port: two }]);
    expect(door.addresses()).toEqual([{ address: host, port: two }]);
    expect(await client(one)).toBeUndefined();
    expect(await echoOf((await client(two)) as Socket, 'b')).toBe('b');
    expect(await echoOf(before, 'the answer to the change')).toBe('the answer to the change');
    const over = ended(before);
    await clock.advance(5_000);
    await over;
  });

  test('keeps the port of before while the new one cannot be had', async () => {
    const [one, two] = [await freePort(), await freePort()];
    const { door, change, clock } = await setUp([{ host, port: one }]);
    const other = await listening(two);
    await change([{ host, port: two }]);
    expect(door.trouble()).toMatchObject({ code: 'port-unavailable' });
    expect(await client(one)).toBeDefined();
    await new Promise((resolve) => other.close(resolve));
    await clock.advance(30_000);
    for (let tries = 0; door.trouble() !== undefined && tries < 100; tries++) await settle();
    expect(door.addresses()).toEqual([{ address: host, port: two }]);
    expect(await client(one)).toBeUndefined();
  });

  test('goes from all addresses to one on the same port', async () => {
    const port = await freePort();
    const { door, change } = await setUp([{ port }]);
    await change([{ host, port }]);
    expect(door.trouble()).toBeUndefined();
    expect(door.addresses()).toEqual([{ address: host, port }]);
  });

  test('closes for good when it is switched off, and opens again', async () => {
    const port = await freePort();
    const { door, change } = await setUp([{ host, port }]);
    await change([]);
    expect(door.addresses()).toEqual([]);
    expect(await client(port)).toBeUndefined();
    await change([{ host, port }]);
    expect(await client(port)).toBeDefined();
  });

  test('leaves alone what stays as it is', async () => {
    const { door, change } = await setUp([{ host, port: 0 }]);
    const [{ port } = { port: 0 }] = door.addresses();
    const socket = (await client(port)) as Socket;
    await change([{ host, port: 0 }]);
    expect(door.addresses()).toEqual([{ address: host, port }]);
    expect(await echoOf(socket, 'still here')).toBe('still here');
  });

  test('a change before the start opens nothing', async () => {
    const door = createDoorPort({
      name: 'door',
      most: 1,
      mostPerAddress: 1,
      clock: new ManualClock(),
      log: collectedLog(),
      places: () => [{ host, port: 0 }],
      load: () => Promise.reject(new Error('nobody came')),
    });
    await door.reconfigure();
    expect(door.addresses()).toEqual([]);
  });
});

describe('too many at once (T54)', () => {
  test.each([
    ['of all addresses', { most: 2, mostPerAddress: 9 }],
    ['of one address', { most: 9, mostPerAddress: 2 }],
  ])('%s: the surplus is turned away, and has room when another ends', async (_name, limits) => {
    const door = createDoorPort({
      name: 'door',
      ...limits,
      clock: new ManualClock(),
      log: collectedLog(),
      places: () => [{ host, port: 0 }],
      load: () => Promise.resolve({ take: (socket) => socket.pipe(socket), stop: () => undefined }),
    });
    await door.start();
    ends.push(() => door.stop());
    const port = door.addresses()[0]?.port ?? 0;
    const inside = [await client(port), await client(port)].flatMap((socket) => socket ?? []);
    for (const socket of inside) expect(await echoOf(socket, 'x')).toBe('x');
    const surplus = (await client(port)) as Socket;
    await ended(surplus);
    expect(inside.map((socket) => socket.destroyed)).toEqual([false, false]);
    inside[0]?.destroy();
    // The door hears of it a little later.
    let isIn = false;
    for (let i = 0; i < 100 && !isIn; i++) {
      const again = (await client(port)) as Socket;
      isIn = await Promise.race([echoOf(again, 'y').then(() => true), ended(again).then(() => false)]);
    }
    expect(isIn).toBe(true);
  });

  test('a door that could not be loaded is loaded for the next who comes', async () => {
    let loads = 0;
    const log = collectedLog();
    const door = createDoorPort({
      name: 'door',
      most: 9,
      mostPerAddress: 9,
      clock: new ManualClock(),
      log,
      places: () => [{ host, port: 0 }],
      load: () =>
        ++loads === 1
          ? Promise.reject(new Error('no memory'))
          : Promise.resolve({ take: (socket) => socket.pipe(socket), stop: () => undefined }),
    });
    await door.start();
    ends.push(() => door.stop());
    const port = door.addresses()[0]?.port ?? 0;
    await ended((await client(port)) as Socket);
    expect(log.of('fault')).toEqual(['door cannot take a connection']);
    expect(await echoOf((await client(port)) as Socket, 'x')).toBe('x');
  });
});

test('a client that breaks off while the door is loaded harms nobody', async () => {
  let loaded: (() => void) | undefined;
  const gone: Socket[] = [];
  const door = createDoorPort({
    name: 'door',
    most: 9,
    mostPerAddress: 9,
    clock: new ManualClock(),
    log: collectedLog(),
    places: () => [{ host, port: 0 }],
    load: () =>
      new Promise((resolve) => {
        loaded = () => {
          resolve({ take: (socket) => gone.push(socket.pipe(socket)), stop: () => undefined });
        };
      }),
  });
  await door.start();
  ends.push(() => door.stop());
  const port = door.addresses()[0]?.port ?? 0;
  const first = (await client(port)) as Socket;
  first.write('x');
  for (let i = 0; i < 1000 && loaded === undefined; i++) await settle();
  first.resetAndDestroy();
  const second = (await client(port)) as Socket;
  const echo = echoOf(second, 'y');
  loaded?.();
  expect(await echo).toBe('y');
});
