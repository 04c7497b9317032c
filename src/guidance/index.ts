export { classifyIdentityError, type IdentityErrorInput } from './classify-identity.ts';
export { classifySmtpReply, matchersOf, type SmtpReplyInput } from './classify-smtp.ts';
export { guidanceIdOf } from './fault.ts';
export { entries as guidanceEntries, isGuidanceId, type GuidanceId } from './entries.ts';
export { identityNumbers, lookUpPhoneNumber } from './identity-numbers.ts';
export { lookUpReply } from './look-up-reply.ts';
export { quoteForPowerShell } from './placeholders.ts';
export { guidanceFor } from './render.ts';
export { sayIn } from './say.ts';
export { smtpMatchers, type SmtpMatcher, type SmtpStage } from './smtp-matchers.ts';
export { statusSentence, type SentencePicture } from './status-sentence.ts';
export { loadedLanguages, loadGuidance } from './texts/index.ts';
export type {
  Act,
  Action,
  EntryFacts,
  Guidance,
  GuidanceContext,
  GuidanceText,
  SignInAgain,
  Verdict,
  Where,
  Who,
} from './types.ts';
