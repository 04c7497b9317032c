export type { Agent, CallDoor, Caller, LanDoor, PhonePage, PhoneView, Role, SettingsChange } from './agent.ts';
export { createApi, type Api } from './api.ts';
export { openApiDocument } from './openapi.ts';
export type { About, Certificate, LogLine, Maintenance, Network } from './maintenance.ts';
export { webCookie } from './access-routes.ts';
export { routes } from './routes.ts';
