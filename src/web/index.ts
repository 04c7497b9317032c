export { createWebDoor, type WebDoor, type WebDoorOptions, type WebIdentity } from './web-door.ts';
