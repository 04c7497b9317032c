export { createDoorPort, type Connections, type DoorPlace, type DoorPort } from './door-port.ts';
export type { BrowserDoor, DoorApi, DoorSession } from './browser-door.ts';
export type { UiFile, UiFiles } from './ui-files.ts';

/** HTTP, the gate and the pages; heavy, so loaded with the first connection. */
export const browserDoor = () => import('./serving.ts');
