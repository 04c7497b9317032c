export { joinServiceManager, type ServiceManager, type Watched } from './service-manager.ts';
export type { HandedSockets } from './handed-sockets.ts';
