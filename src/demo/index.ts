export { startDemo } from './demo.ts';
export { dialerFor, prepareSettings, startRehearsal, type Rehearsal, type RehearsalOptions } from './rehearsal.ts';
