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
};

const dyingBuffers = 'V8 lets about 32 MiB of dead network and cipher buffers pile up before it collects them.';

const oneThread =
  'Each byte is hashed, sealed for the spool, opened again, checked for dots and sealed for TLS, most of it in one JavaScript thread; Postfix keeps its queue in the clear and works in several processes.';

const manyTrips =
  'A durable state costs about ten trips through the thread pool of node, 0.2 ms each, and three fsyncs to accept; Postfix does one fsync and no such trips.';

/** What bounds a figure; printed where its goal is missed. */
export const bounds: Readonly<Record<string, string>> = {
  'start': 'Node itself is the base; the rest is compiling the agent and reading settings, keys and spool.',
  'idle-rss':
    'The code of the SMTP listener, settings schema and spool stays loaded; MSAL, nodemailer and the API are not.',
  'growth-100mb': dyingBuffers,
  'growth-25mb': dyingBuffers,
  'send-25mb-4-one': oneThread,
  'send-25mb-4-many': oneThread,
  'cpu-25mb': oneThread,
  'send-100kb-4-one': manyTrips,
  'send-100kb-4-many': manyTrips,
  'accept': manyTrips,
  'slow-smarthost':
    'The mails go one after the other over one connection and wait for the replies to each; Postfix opens up to 20 connections at once, which Exchange does not allow.',
};
