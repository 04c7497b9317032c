export { deviceAddressAfterSignIn, identityFromClaims, isGuest, isPersonal, isSameAccount } from './identity.ts';
export { mayRelay, type RelayPermission } from './may-relay.ts';
export { checkSenderRules, permittedAddress, wireAddress, type RuleProblem, type SenderRules } from './rules.ts';
export { checkSender, decideSender, type SenderDecision, type SenderJob } from './sender.ts';
