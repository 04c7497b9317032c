import { type AgentStatus } from '../core/index.ts';
import { guidanceFor } from './render.ts';
import { textsOf } from './texts/index.ts';

/** What of the picture the sentence speaks of. */
export type SentencePicture = Pick<
  AgentStatus,
  'glance' | 'guidanceId' | 'signIn' | 'account' | 'deviceEmailAddress' | 'isSharedMailbox' | 'smarthost'
>;

/**
 * The sentence beside the lamp: what is wrong is the title of its entry, what is right is said here.
 * @param language BCP 47 tag; English if there are no texts in it
 */
export function statusSentence(picture: SentencePicture, language = 'en'): string {
  const { sentences } = textsOf(language);
  const { glance, guidanceId, account, deviceEmailAddress, isSharedMailbox, smarthost } = picture;
  if (guidanceId !== undefined) return sentences.wrong(guidanceFor(guidanceId, {}, language).title);
  const upn = account.identity?.upn ?? sentences.nobody;
  switch (glance) {
    case 'ready':
      return sentences.ready(upn, deviceEmailAddress, isSharedMailbox);
    case 'relay-only':
      return sentences.relayOnly(smarthost.host);
    case 'signing-in':
      return signingInSentence(picture, language);
    default:
      return sentences.attention;
  }
}

function signingInSentence({ signIn, account }: SentencePicture, language: string): string {
  const { sentences } = textsOf(language);
  switch (signIn.step) {
    case 'starting':
      return sentences.starting;
    case 'code':
      return sentences.code;
    case 'confirm':
      return sentences.confirm(signIn.identity.upn);
    case 'proving':
      return sentences.proving(
        signIn.identity.upn,
        signIn.trouble === undefined ? undefined : guidanceFor(signIn.trouble, {}, language).title,
      );
    case 'idle':
    case 'ready':
    case 'failed':
      return sentences.unproven(account.identity?.upn ?? sentences.nobody);
  }
}
