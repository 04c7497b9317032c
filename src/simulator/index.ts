/** The stand-in cloud: an Entra-like identity service with a phone, and an Exchange-like submission server, on loopback. */
export { standInAccounts } from './accounts.ts';
export { createStandInCloud } from './cloud.ts';
export { loopbackDialer } from './dialer.ts';
export {
  faultNames,
  isFaultName,
  type FaultEntry,
  type FaultGroup,
  type FaultName,
  type FaultOptions,
  type FaultPlace,
} from './faults.ts';
export { attachmentOf, playFirmware, type FirmwareResult, type FirmwareScan } from './firmware.ts';
export { standInProfiles } from './profiles.ts';
export type {
  Delivery,
  LoopbackAddress,
  MappedHost,
  PendingCode,
  PhoneOutcome,
  StandInAccount,
  StandInAccountInit,
  StandInAccountKind,
  StandInCloud,
  StandInOptions,
  StandInProfile,
  StandInProfileName,
  StandInStats,
} from './types.ts';
