/** Bodies of the sign-in screens, one per step of `SignInState`. */
import { isSameAddress, type AccountIdentity, type SignInState } from '../core/index.ts';
import { beside, labelled, lineColumns, paragraph, piece, type Line } from './canvas.ts';
import { blockLetters, codeGroups } from './glyphs.ts';
import { troubleWords } from './guide.ts';
import { qr } from './qr.ts';
import { type Drawing } from './screen.ts';
import { escapeControls, wrap } from './text.ts';
import { scopeWords } from './words.ts';

type Step<Name extends SignInState['step']> = Extract<SignInState, { readonly step: Name }>;

/** Between the QR code and the text beside it. */
const gapColumns = 3;
/** Narrower text beside the QR code would break addresses; then the code goes above. */
const leastTextColumns = 40;
/** From here on the code is drawn in block letters. */
const blockLetterColumns = 70;

/** The code is on its way. */
export function startingBody({ columns }: Drawing): Line[] {
  return paragraph('Asking the identity service for a code ...', columns);
}

/** The code is over: it is not shown, or somebody types it into an error. */
export function expiredBody({ columns }: Drawing): Line[] {
  return paragraph('The code was not typed in time. Wait for a new one, or start the sign-in again.', columns);
}

/** Address, code, and what the person is asked to grant. */
export function codeBody(drawing: Drawing, signIn: Step<'code'>): Line[] {
  const { columns } = drawing;
  const picture = drawing.hasQr ? qr(signIn.verificationUri).map((line): Line => [piece(line, 'qr')]) : [];
  const pictureColumns = Math.max(0, ...picture.map(lineColumns));
  const isBeside = pictureColumns > 0 && columns - pictureColumns - gapColumns >= leastTextColumns;
  const steps = codeSteps(drawing, signIn, isBeside ? columns - pictureColumns - gapColumns : columns);
  const warning = signIn.isKnownHost
    ? []
    : [
        ...paragraph(
          'Warning: this address is not one that this cloud is known to use. Go on only if your administrator expects it.',
          columns,
          'red',
        ),
        [],
      ];
  const top = isBeside
    ? beside(picture, steps, gapColumns)
    : [...(pictureColumns <= columns && pictureColumns > 0 ? [...picture, []] : []), ...steps];
  return [...warning, ...top, [], ...largeCode(signIn.userCode, columns), ...trouble(drawing, signIn)];
}

function codeSteps({ status }: Drawing, signIn: Step<'code'>, columns: number): Line[] {
  const address = status.deviceEmailAddress;
  const who =
    address === ''
      ? 'Sign in with the mailbox that scans are sent from.'
      : status.isSharedMailbox
        ? `Sign in with an account that may send as ${address}.`
        : `Sign in as ${address}.`;
  const grants = signIn.scopes
    .map(scopeWords)
    .filter((one, index, all) => one !== undefined && all.indexOf(one) === index);
  return [
    ...numbered(1, 'On a phone or computer open', columns),
    ...indented(signIn.verificationUri, columns, 'strong'),
    ...numbered(2, 'Type the code', columns),
    ...indented(signIn.userCode, columns, 'strong'),
    ...numbered(3, who, columns),
    [],
    ...paragraph('You allow the app', columns, 'dim'),
    ...paragraph(signIn.clientId, columns),
    ...paragraph(`to ${grants.length === 0 ? 'know the account' : grants.join('; ')}.`, columns, 'dim'),
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
function largeCode(userCode: string, columns: number): Line[] {
  const large = columns >= blockLetterColumns ? blockLetters(userCode, columns) : undefined;
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
    : [[], ...paragraph(`Trouble: ${troubleWords(code, status, guide)} (still trying)`, columns, 'amber')];
}

/** Who signed in, and what follows from saying yes. */
export function confirmBody({ status, columns }: Drawing, signIn: Step<'confirm'>): Line[] {
  const { identity, previousUpn, deviceEmailAddress } = signIn;
  const differs = !status.isSharedMailbox && !isSameAddress(identity.upn, deviceEmailAddress);
  return [
    ...row('Signed in', who(identity), columns),
    ...row('Mail goes out as', deviceEmailAddress, columns),
    ...(previousUpn === undefined ? [] : row('Until now', previousUpn, columns)),
    ...row('Tenant', identity.tenantId, columns, 'plain'),
    [],
    ...(differs
      ? [...paragraph('The two addresses differ: nothing will be sent until they agree.', columns, 'amber'), []]
      : []),
    ...paragraph(`Use this mailbox? ${identity.upn}`, columns, 'strong'),
    ...paragraph('Say yes only if you have just signed in yourself.', columns),
  ];
}

/** The smarthost is being asked. */
export function provingBody(drawing: Drawing, signIn: Step<'proving'>): Line[] {
  const { status, columns } = drawing;
  return [
    ...row('Signed in as', who(signIn.identity), columns),
    [],
    ...paragraph(`Asking ${status.smarthost.host} whether it lets this account send ...`, columns),
    ...trouble(drawing, signIn),
  ];
}

/** Both addresses and the one act that mends it (design 6.3). */
export function mismatchBody({ status, columns }: Drawing): Line[] {
  const identity = status.signIn.step === 'ready' ? status.signIn.identity : status.account.identity;
  const upn = identity?.upn ?? 'unknown';
  return [
    ...row('Signed in as', upn, columns),
    ...row('Device address', status.deviceEmailAddress, columns),
    [],
    ...paragraph('The mail server takes mail only if both are the same.', columns),
    ...paragraph(
      `What mends it: use UPN as device e-mail address, so that scans are sent from ${upn}.`,
      columns,
      'strong',
    ),
  ];
}

/** Why it ended, and where to look: most refusals appear on the phone only. */
export function failedBody(drawing: Drawing, signIn: Step<'failed'>): Line[] {
  const { status, columns } = drawing;
  const guidance = drawing.guide(signIn.code, status, signIn.aadsts);
  const number = signIn.aadsts === undefined ? '' : `AADSTS${String(signIn.aadsts)}`;
  const asksPhone = signIn.code === 'sign-in-declined' || signIn.code === 'sign-in-expired';
  const isAsked = guidance?.panel.join(' ').includes('What did the phone show?') === true;
  const upn = status.account.status === 'ready' ? status.account.identity?.upn : undefined;
  return [
    ...(guidance === undefined
      ? paragraph(`The sign-in ended: ${signIn.code}.`, columns, 'strong')
      : [
          ...paragraph(guidance.title, columns, 'strong'),
          ...guidance.panel.flatMap((line) => paragraph(line, columns)),
        ]),
    ...(signIn.detail === undefined ? [] : paragraph(`Detail: ${signIn.detail}`, columns, 'dim')),
    ...(number === '' ? [] : paragraph(`Number: ${number}`, columns, 'dim')),
    ...(asksPhone
      ? [
          [],
          ...paragraph(
            `${isAsked ? '' : 'What did the phone show? '}A number like AADSTS50020 tells who mends it: look it up.`,
            columns,
          ),
        ]
      : []),
    ...(upn === undefined ? [] : [[], ...paragraph(`The sign-in from before still holds: ${upn}.`, columns)]),
  ];
}

function who(identity: AccountIdentity): string {
  return identity.name === undefined || identity.name === '' ? identity.upn : `${identity.upn} (${identity.name})`;
}

function row(label: string, value: string, columns: number, style: 'plain' | 'strong' = 'strong'): Line[] {
  return labelled(label, value, { columns, labelColumns: 18, style });
}
