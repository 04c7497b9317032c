export { createPanelDoor, type PanelDoor, type PanelDoorOptions } from './panel-door.ts';
