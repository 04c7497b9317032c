/** The pages a person sees on the phone. Plain HTML that works without scripts; every foreign word is escaped. */
import type { Refusal, Trace } from './entra-errors.ts';
import type { DeviceSession } from './device-codes.ts';
import type { StandInState } from './state.ts';
import type { StandInAccount } from './types.ts';

/** For text and for attribute values in double quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

const style = `
:root{color-scheme:light dark}*{box-sizing:border-box}
body{margin:0;font:17px/1.45 system-ui,sans-serif;background:#f2f2f2;color:#1b1b1b}
.banner{background:#5c2d91;color:#fff;padding:.6rem 1rem;text-align:center;font-size:.85rem}
main{max-width:27rem;margin:1.5rem auto;padding:1.5rem;background:#fff;border-radius:.4rem}
main.wide{max-width:60rem}h1{font-size:1.4rem;margin:0 0 1rem}label{display:block;margin:1rem 0 .3rem;font-weight:600}
input,button{width:100%;min-height:2.9rem;padding:.5rem .8rem;font:inherit;border:1px solid #6b6b6b;border-radius:.3rem}
input.code{font:600 1.5rem/1.2 ui-monospace,monospace;letter-spacing:.15em;text-transform:uppercase;text-align:center}
button{margin-top:1rem;border-color:#0b5cad;background:#0b5cad;color:#fff;font-weight:600;cursor:pointer}
button.second{background:#fff;color:#0b5cad}button.pick{text-align:left;background:#fff;color:inherit;border-color:#bbb;font-weight:400}
input:focus-visible,button:focus-visible,a:focus-visible,summary:focus-visible{outline:3px solid #c75b00;outline-offset:2px}
.problem{border-left:.3rem solid #b3261e;padding:.4rem .8rem;background:#fdecea}.hint,dd,.small{color:#444;font-size:.9rem}
dt{font-weight:600;font-size:.85rem}dd{margin:0 0 .6rem;overflow-wrap:anywhere}table{width:100%;border-collapse:collapse}
td,th{padding:.5rem;text-align:left;vertical-align:top;border-bottom:1px solid #ccc;overflow-wrap:anywhere}
details{margin-top:1rem}
@media(max-width:40rem){thead{position:absolute;left:-99rem}tr,td{display:block}td{border:0;padding:.1rem 0}
tr{border-bottom:1px solid #ccc;padding:.6rem 0}}
@media(prefers-color-scheme:dark){body{background:#1b1b1b;color:#eee}main{background:#2a2a2a}.hint,dd,.small{color:#ccc}
.problem{background:#4a1f1c}button.second,button.pick{background:#2a2a2a;color:#9cc8ff}}`;

/** @param name tells a program (`technician`, tests) which page this is */
export function page(
  name: string,
  title: string,
  body: string,
  options: { readonly isWide?: boolean; readonly facts?: string } = {},
): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)}</title><style>${style}</style></head>
<body data-page="${name}"${options.facts ?? ''}>
<p class="banner" style="margin:0">Rehearsal: this is the stand-in cloud of mfp-mail-agent, not Microsoft</p>
<main${options.isWide === true ? ' class="wide"' : ''}><h1>${escapeHtml(title)}</h1>
${body}
</main></body></html>
`;
}

export function codePage(problem?: string): string {
  const trouble =
    problem === undefined ? '' : `<p class="problem" id="problem" role="alert">${escapeHtml(problem)}</p>`;
  return page(
    'code',
    'Enter code',
    `${trouble}
<p>Enter the code displayed on your printer.</p>
<form method="post" action="/"><label for="code">Code</label>
<input class="code" id="code" name="code" required autofocus autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="20"${
      problem === undefined ? '' : ' aria-invalid="true" aria-describedby="problem"'
    }>
<button>Next</button></form>
<p class="hint"><a href="/inbox">Mail that has arrived</a></p>`,
  );
}

/** @param suggested its name and password stand in the form already: a rehearsal needs no secrets */
export function signInPage(
  flow: string,
  accounts: readonly StandInAccount[],
  suggested: StandInAccount,
  problem?: { readonly text: string; readonly aadsts: number },
): string {
  const trouble =
    problem === undefined
      ? ''
      : `<p class="problem" role="alert">${escapeHtml(problem.text)} <span class="small">(AADSTS${problem.aadsts})</span></p>`;
  const hidden = (name: string, value: string) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`;
  const others = accounts
    .filter((one) => one !== suggested && one.kind !== 'shared')
    .map(
      (one) => `
<form method="post" action="/sign-in">${hidden('flow', flow)}${hidden('email', one.upn)}${hidden('password', one.password)}
<button class="pick">${escapeHtml(one.name)}<br><span class="small">${escapeHtml(one.upn)} &middot; ${one.kind}</span></button></form>`,
    )
    .join('');
  return page(
    'sign-in',
    'Sign in',
    `${trouble}
<form method="post" action="/sign-in">${hidden('flow', flow)}
<label for="email">E-mail</label>
<input id="email" name="email" inputmode="email" required autocomplete="username" autocapitalize="none" spellcheck="false" value="${escapeHtml(suggested.upn)}">
<label for="password">Password</label>
<input id="password" name="password" type="password" required autocomplete="off" value="${escapeHtml(suggested.password)}">
<p class="hint">In this rehearsal both are filled in. The password is <code>${escapeHtml(suggested.password)}</code>.</p>
<button autofocus>Sign in</button></form>
<details><summary>Sign in as somebody else</summary>${others}</details>`,
    { facts: problem ? ` data-aadsts="${problem.aadsts}"` : '' },
  );
}

const meanings: Readonly<Record<string, string>> = {
  'SMTP.Send': 'Send mail as you (SMTP.Send)',
  'IMAP.AccessAsUser.All': 'Read your mail (IMAP.AccessAsUser.All)',
  'POP.AccessAsUser.All': 'Read your mail (POP.AccessAsUser.All)',
};

export function confirmPage(flow: string, session: DeviceSession, account: StandInAccount, appName: string): string {
  const { scopes } = session;
  const wishes = [
    ...scopes.permissions.map((one) => meanings[one] ?? one),
    ...(scopes.hasOpenId || scopes.hasProfile ? ['View your basic profile'] : []),
    ...(scopes.hasEmail ? ['View your e-mail address'] : []),
    ...(scopes.isOffline ? ['Keep this access until you take it back (offline_access)'] : []),
  ];
  return page(
    'confirm',
    `Are you trying to sign in to ${appName}?`,
    `
<p>You are about to sign in to <strong>${escapeHtml(appName)}</strong> on a device as <strong>${escapeHtml(account.upn)}</strong>.
Only continue if you started this yourself at your printer.</p>
<p>It asks for:</p><ul>${wishes.map((one) => `<li>${escapeHtml(one)}</li>`).join('')}</ul>
<form method="post" action="/confirm"><input type="hidden" name="flow" value="${escapeHtml(flow)}">
<button name="answer" value="accept">Accept and continue</button>
<button class="second" name="answer" value="cancel">Cancel</button></form>`,
  );
}

export function donePage(appName: string): string {
  return page(
    'done',
    'You have signed in',
    `<p>You have signed in to <strong>${escapeHtml(appName)}</strong> on your device.
You may close this window and look at the printer.</p><p class="hint"><a href="/inbox">Mail that has arrived</a></p>`,
  );
}

export function declinedPage(appName: string): string {
  return page(
    'declined',
    'You have cancelled',
    `<p>${escapeHtml(appName)} was not signed in. You may close this window.</p>
<p class="hint"><a href="/">Enter another code</a></p>`,
  );
}

/** The page that ends a sign-in: number, ids and time, as a help desk asks for them. */
export function errorPage(
  state: Pick<StandInState, 'appName' | 'clientId'>,
  refusal: Pick<Refusal, 'aadsts' | 'text'>,
  trace: Trace,
  title = 'Sorry, but we’re having trouble signing you in',
): string {
  const number = String(refusal.aadsts ?? 0);
  const row = (name: string, value: string) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`;
  return page(
    'error',
    title,
    `<p class="problem" role="alert">AADSTS${number}: ${escapeHtml(refusal.text)}</p>
<details open><summary>More details</summary><dl>${row('Error Code', number)}${row('Request Id', trace.traceId)}
${row('Correlation Id', trace.correlationId)}${row('Timestamp', trace.timestamp)}${row('App name', state.appName)}${row('App id', state.clientId)}
${row('Device platform', 'Unknown')}${row('Device state', 'Unregistered')}</dl></details>
<p class="hint"><a href="/">Enter another code</a></p>`,
    { facts: ` data-aadsts="${number}" data-trace="${trace.traceId}"` },
  );
}

export function consentPage(state: Pick<StandInState, 'appName' | 'clientId'>): string {
  return page(
    'consent',
    'Permissions requested',
    `<p>Accept for your organisation: <strong>${escapeHtml(state.appName)}</strong>
<span class="small">(${escapeHtml(state.clientId)})</span></p>
<ul><li>Send mail as the signed-in user (SMTP.Send)</li><li>View basic profile and e-mail address</li></ul>
<form method="post"><button>Accept</button></form>`,
  );
}

export function consentDonePage(): string {
  return page(
    'consent-done',
    'Consent given',
    '<p>The application is allowed in this tenant now. Start the sign-in again.</p>',
  );
}

/** What a hotel network sends to everybody who has not logged in: no banner, nobody would see one. */
export function captivePortalPage(): string {
  return '<!doctype html><html><head><title>Guest network</title></head><body><h1>Welcome</h1><p>Please log in to use this network.</p></body></html>';
}

export function plainPage(title: string, text: string): string {
  return page('plain', title, `<p>${escapeHtml(text)}</p>`);
}
