export { parseClientId } from './client-id.ts';
export { adminConsentScopeFor, consentLink, nativeClientRedirect } from './consent.ts';
export { outsideProfile, resourceScopes, type ServiceEndpoints } from './outside-profile.ts';
export {
  cloudProfiles,
  isCloudName,
  profileOfHost,
  type CloudName,
  type CloudProfile,
  type PortalPaths,
} from './profiles.ts';
export { rightCloudOf } from './right-cloud.ts';
export { consumersTenantId, isConsumersTenant, parseTenant } from './tenant.ts';
