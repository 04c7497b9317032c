/** What a door needs once somebody has come. */
export { connectionsOf, createDoorListener, serverLimits } from './browser-door.ts';
export { hostOf, plainHost } from './request-head.ts';
