/** One connection from the guest to a port of this machine; QEMU starts it for each: `node tether.mjs PORT`. */
import { connect } from 'node:net';

const socket = connect(Number(process.argv[2]), '127.0.0.1');
socket.setNoDelay(true);
socket.on('error', () => process.exit(1));
socket.on('close', () => process.exit(0));
process.stdin.on('error', () => socket.destroy());
process.stdout.on('error', () => socket.destroy());
process.stdin.pipe(socket);
socket.pipe(process.stdout);
