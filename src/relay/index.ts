export { createRelay } from './relay.ts';
export type { Relay, RelayConfig, RelayPorts, RelayState, SmarthostOffer } from './relay-types.ts';
export { retryDelayMs, type RetrySchedule } from './retry-schedule.ts';
