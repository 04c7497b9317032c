/** Bodies of the sign-in screens, one per step of `SignInState`. */
import { isSameAddress, type AccountIdentity, type SignInState } from '../core/index.ts';
import { beside, labelled, lineColumns, paragraph, piece, type Line } from './canvas.ts';
import { blockLetters, codeGroups } from './glyphs.ts';
import { troubleWords } from './guide.ts';
import { qr } from './qr.ts';
import { type Drawing } from './screen.ts';
import { escapeControls, flowing, wrap } from './text.ts';
import { scopeWords, textsFor } from './words.ts';

type Step<Name extends SignInState['step']> = Extract<SignInState, { readonly step: Name }>;

/** Between the QR code and the text beside it. */
const gapColumns = 3;
/** Narrower text beside the QR code would break addresses; then the code goes above. */
const leastTextColumns = 40;
/** From here on the code is drawn in block letters. */
const blockLetterColumns = 70;

/** The code is on its way. */
export function startingBody({ status, columns }: Drawing): Line[] {
  return paragraph(textsFor(status).askingForCode, columns);
}

/** The code is over: it is not shown, or somebody types it into an error. */
export function expiredBody({ status, columns }: Drawing): Line[] {
  return paragraph(textsFor(status).codeNotTyped, columns);
}

/** Address, code, and what the person is asked to grant. */
export function codeBody(drawing: Drawing, signIn: Step<'code'>): Line[] {
  const { columns } = drawing;
  const picture = drawing.hasQr ? qr(signIn.verificationUri).map((line): Line => [piece(line, 'qr')]) : [];
  const pictureColumns = Math.max(0, ...picture.map(lineColumns));
  const isBeside = pictureColumns > 0 && columns - pictureColumns - gapColumns >= leastTextColumns;
  const isMissed = drawing.isQrMissed === true || pictureColumns > columns;
  const steps = codeSteps(drawing, signIn, isBeside ? columns - pictureColumns - gapColumns : columns);
  const warning = signIn.isKnownHost ? [] : [...paragraph(textsFor(drawing.status).unknownHost, columns, 'red'), []];
  const top = isBeside
    ? beside(picture, steps, gapColumns)
    : [...(pictureColumns <= columns && pictureColumns > 0 ? [...picture, []] : []), ...steps];
  const missed = isMissed ? paragraph(textsFor(drawing.status).noRoomForQr, columns, 'dim') : [];
  const large = largeCode(signIn.userCode, columns, drawing.isCompact !== true);
  return [...warning, ...top, ...missed, [], ...large, ...trouble(drawing, signIn)];
}

function codeSteps({ status }: Drawing, signIn: Step<'code'>, columns: number): Line[] {
  const texts = textsFor(status);
  const address = status.deviceEmailAddress;
  const who =
    address === ''
      ? texts.signInWithScanMailbox
      : status.isSharedMailbox
        ? texts.signInForShared(address)
        : texts.signInWith(address);
  const grants = signIn.scopes
    .map((scope) => scopeWords(scope, texts))
    .filter((one, index, all): one is string => one !== undefined && all.indexOf(one) === index);
  return [
    ...numbered(1, texts.openAddress, columns),
    ...indented(signIn.verificationUri, columns, 'strong'),
    ...numbered(2, texts.typeTheCode, columns),
    ...indented(signIn.userCode, columns, 'strong'),
    ...numbered(3, who, columns),
    [],
    ...paragraph(texts.youAllowTheApp, columns, 'dim'),
    ...paragraph(signIn.clientId, columns),
    ...paragraph(texts.grants(grants), columns, 'dim'),
  ];
}

function numbered(number: number, text: string, columns: number): Line[] {
  return wrap(escapeControls(text), columns - 3).map((line, index) => [
    piece(index === 0 ? `${String(number)}  ` : '   '),
    piece(line),
  ]);
}

function indented(text: string, columns: number, style: 'plain' | 'strong'): Line[] {
  return wrap(escapeControls(text), columns - 3).map((line) => [piece('   '), piece(line, style)]);
}

/** Block letters where there is room, else spaced groups between rules. */
function largeCode(userCode: string, columns: number, isLarge: boolean): Line[] {
  const large = isLarge && columns >= blockLetterColumns ? blockLetters(userCode, columns) : undefined;
  if (large) return large.map((line) => [piece(line, 'strong')]);
  const groups = codeGroups(escapeControls(userCode));
  const spaced = groups.map((group) => Array.from(group).join(' ')).join('   ');
  // Wrapping would close the gaps between the groups.
  const lines = spaced.length <= columns ? [spaced] : wrap(groups.join(' '), columns);
  return lines.map((line) => [piece(line, 'strong')]);
}

function trouble({ status, guide, columns }: Drawing, { trouble: code }: Step<'code'> | Step<'proving'>): Line[] {
  return code === undefined
    ? []
    : [[], ...paragraph(textsFor(status).trouble(troubleWords(code, status, guide)), columns, 'amber')];
}

/** Who signed in, and what follows from saying yes. */
export function confirmBody({ status, columns }: Drawing, signIn: Step<'confirm'>): Line[] {
  const { identity, previousUpn, deviceEmailAddress } = signIn;
  const texts = textsFor(status);
  const differs = !status.isSharedMailbox && !isSameAddress(identity.upn, deviceEmailAddress);
  return [
    ...row(texts.signedIn, who(identity), columns),
    ...row(texts.mailGoesOutAs, deviceEmailAddress, columns),
    ...(previousUpn === undefined ? [] : row(texts.untilNow, previousUpn, columns)),
    ...row(texts.tenant, identity.tenantId, columns, 'plain'),
    [],
    ...(differs ? [...paragraph(texts.nothingSentUntilAgree, columns, 'amber'), []] : []),
    ...paragraph(texts.useThisMailboxOf(identity.upn), columns, 'strong'),
    ...paragraph(texts.onlyIfYourself, columns),
  ];
}

/** The smarthost is being asked. */
export function provingBody(drawing: Drawing, signIn: Step<'proving'>): Line[] {
  const { status, columns } = drawing;
  const texts = textsFor(status);
  return [
    ...row(texts.signedInAs, who(signIn.identity), columns),
    [],
    ...paragraph(texts.askingServer(status.smarthost.host), columns),
    ...trouble(drawing, signIn),
  ];
}

/** Both addresses and the one act that mends it (design 6.3). */
export function mismatchBody({ status, columns }: Drawing): Line[] {
  const identity = status.signIn.step === 'ready' ? status.signIn.identity : status.account.identity;
  const texts = textsFor(status);
  const upn = identity?.upn ?? texts.unknown;
  return [
    ...row(texts.signedInAs, upn, columns),
    ...row(texts.deviceAddress, status.deviceEmailAddress, columns),
    [],
    ...paragraph(texts.bothTheSame, columns),
    ...paragraph(texts.whatMends(upn), columns, 'strong'),
  ];
}

/** Why it ended, and where to look: most refusals appear on the phone only. */
export function failedBody(drawing: Drawing, signIn: Step<'failed'>): Line[] {
  const { status, columns } = drawing;
  const texts = textsFor(status);
  const guidance = drawing.guide(signIn.code, status, signIn.aadsts);
  const number = signIn.aadsts === undefined ? '' : `AADSTS${String(signIn.aadsts)}`;
  const asksPhone =
    (signIn.code === 'sign-in-declined' || signIn.code === 'sign-in-expired') && signIn.guidanceId !== 'not-confirmed';
  const advice = flowing(guidance?.panel ?? []);
  const isAsked = advice.includes(texts.whatDidThePhoneShow);
  const upn = status.account.status === 'ready' ? status.account.identity?.upn : undefined;
  return [
    ...(guidance === undefined
      ? paragraph(texts.ended(signIn.code), columns, 'strong')
      : [...paragraph(guidance.title, columns, 'strong'), ...paragraph(advice, columns)]),
    ...(signIn.detail === undefined ? [] : paragraph(texts.detail(signIn.detail), columns, 'dim')),
    ...(number === '' ? [] : paragraph(texts.number(number), columns, 'dim')),
    ...(asksPhone
      ? [[], ...paragraph(`${isAsked ? '' : `${texts.whatDidThePhoneShow} `}${texts.lookNumberUp}`, columns)]
      : []),
    ...(upn === undefined ? [] : [[], ...paragraph(texts.stillHolds(upn), columns)]),
  ];
}

function who(identity: AccountIdentity): string {
  return identity.name === undefined || identity.name === '' ? identity.upn : `${identity.upn} (${identity.name})`;
}

function row(label: string, value: string, columns: number, style: 'plain' | 'strong' = 'strong'): Line[] {
  return labelled(label, value, { columns, labelColumns: 18, style });
}
