/** What is to be reached, and what is known about the goals that are missed: data for the table. */
import type { Goal } from './figures.ts';

const atMost = (bound: number, of: Goal['of']): Goal => ({ kind: 'at most', bound, of });
const atLeast = (bound: number, of: Goal['of']): Goal => ({ kind: 'at least', bound, of });

/** By figure id. Figures without a goal are measured for comparison. */
export const goals: Readonly<Record<string, Goal>> = {
  'start': atMost(1.5, 'base'),
  'idle-rss': atMost(1.25, 'base'),
  'growth-100mb': atMost(16, 'ours'),
  'growth-25mb': atMost(16, 'ours'),
  'send-25mb-4-one': atLeast(0.7, 'postfix'),
  'send-25mb-4-many': atLeast(0.7, 'postfix'),
  'send-100kb-4-one': atLeast(0.5, 'postfix'),
  'send-100kb-4-many': atLeast(0.5, 'postfix'),
  'cpu-25mb': atMost(2, 'postfix'),
  'slow-smarthost': atMost(3, 'ours'),
  'accept': atMost(2, 'postfix'),
  'idle-writes': atMost(0, 'ours'),
  // 1.1 x size + 16 KiB
  'job-bytes-100kb': atMost((1.1 * 100_000) / 1024 + 16, 'ours'),
  'job-bytes-5mb': atMost((1.1 * 5_000_000) / 1024 + 16, 'ours'),
  'job-fsyncs': atMost(8, 'ours'),
  'screen-panel': atMost(2, 'ours'),
  'screen-web': atMost(2, 'ours'),
  // Google's bound for "good" (Interaction to Next Paint).
  'screen-tap': atMost(200, 'ours'),
  // 60 kB
  'screen-scripts': atMost(60_000 / 1024, 'ours'),
};

const dyingBuffers =
  'Each step of a body leaves dead buffers; they are collected every 2 MiB, but those of four clients at once outlive a collection while they wait for the disk.';

const oneThread =
  'Each byte is checksummed, sealed for the spool, opened again, checked for dots and sealed for TLS, most of it in one JavaScript thread; Postfix keeps its queue in the clear and works in several processes.';

const manyTrips =
  'Accepting takes three fsyncs (body beside record, then the folder) and some milliseconds of JavaScript; relaying takes four more. Postfix does one fsync in compiled code.';

/** What bounds a figure; printed where its goal is missed. */
export const bounds: Readonly<Record<string, string>> = {
  'start': 'Node itself is the base; the rest is compiling the agent and reading settings, keys and spool.',
  'idle-rss':
    "A quarter of the difference is Node's own modules for files, streams, sockets and ciphers; the rest is the code of the rooms and the English guidance. MSAL, the SMTP libraries, the schema and the API are not loaded.",
  'growth-100mb': dyingBuffers,
  'growth-25mb': dyingBuffers,
  'send-25mb-4-one': oneThread,
  'send-25mb-4-many': oneThread,
  'cpu-25mb': oneThread,
  'send-100kb-4-one': manyTrips,
  'send-100kb-4-many': manyTrips,
  'accept': manyTrips,
  'slow-smarthost':
    'One connection needs two round trips for each mail, so 3.2 s is its floor; with relay.maxConnections 2 it is done in about 2 s. Postfix opens up to 20 connections at once, which Exchange does not allow.',
};
