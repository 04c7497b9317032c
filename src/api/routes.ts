/**
 * Every route of the one HTTP API, as data: the router, the role gate, the OpenAPI file and the tests that walk all
 * routes read this table. A handler gets checked input and the caller; it returns the reply body.
 */
import { accessRoutes } from './access-routes.ts';
import { addressBookRoutes } from './address-book-routes.ts';
import { deviceRoutes } from './device-routes.ts';
import { jobRoutes } from './job-routes.ts';
import { maintenanceRoutes } from './maintenance-routes.ts';
import { panelRoutes } from './panel-routes.ts';
import type { Route } from './route.ts';
import { scanRoutes } from './scan-routes.ts';
import { settingsRoutes } from './settings-routes.ts';
import { signInRoutes } from './sign-in-routes.ts';
import { ticketRoutes } from './ticket-routes.ts';

export const routes: readonly Route[] = [
  ...deviceRoutes,
  ...signInRoutes,
  ...jobRoutes,
  ...settingsRoutes,
  ...accessRoutes,
  ...maintenanceRoutes,
  ...ticketRoutes,
  ...panelRoutes,
  ...scanRoutes,
  ...addressBookRoutes,
];
