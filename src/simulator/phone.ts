/** The phone: plain HTTP on loopback; enter code, sign in, confirm. And the inbox, to see what has arrived. */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { accountNamed, suggestedAccount } from './accounts.ts';
import { consentRequest } from './admin-consent.ts';
import type { DeviceSession } from './device-codes.ts';
import { newTrace } from './entra-errors.ts';
import { readForm, sendPage, sendRedirect } from './http-exchange.ts';
import { answerInbox } from './inbox.ts';
import {
  codePage,
  confirmPage,
  consentDonePage,
  consentPage,
  declinedPage,
  donePage,
  errorPage,
  plainPage,
  signInPage,
} from './phone-pages.ts';
import { phoneRefusal } from './phone-refusals.ts';
import type { StandInState } from './state.ts';
import type { StandInAccount } from './types.ts';

interface Flow {
  readonly session: DeviceSession;
  account: StandInAccount | undefined;
}

const codeProblem = 'That code didn’t work. Check the code and try again.';
const maxFlows = 500;

/** Makes the server; it does not listen yet. */
export function phoneServer(state: StandInState): Server {
  const flows = new Map<string, Flow>();
  return createServer((request, response) => {
    response.on('finish', () => {
      state.log(`phone      ${request.method ?? ''} ${(request.url ?? '').split('?')[0] ?? ''} ${response.statusCode}`);
    });
    answer(state, flows, request, response).catch((error: unknown) => {
      state.log(`phone      ${error instanceof Error ? error.message : String(error)}`);
      response.destroy();
    });
  });
}

async function answer(
  state: StandInState,
  flows: Map<string, Flow>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://phone');
  if (url.pathname.startsWith('/inbox')) {
    answerInbox(state, url.pathname, response);
    return;
  }
  const isPost = request.method === 'POST';
  // A browser sends an Origin with every form; a foreign one is another page's doing.
  const { origin } = request.headers;
  if (isPost && origin !== undefined && origin !== `http://${request.headers.host ?? ''}`) {
    request.resume();
    sendPage(response, 403, plainPage('Refused', 'This form was sent from another page.'));
    return;
  }
  const form = isPost ? ((await readForm(request)) ?? new URLSearchParams()) : url.searchParams;
  switch (url.pathname) {
    case '/': {
      if (isPost) enterCode(state, flows, form, response);
      else sendPage(response, 200, codePage());
      return;
    }
    case '/adminconsent': {
      adminConsent(state, url.searchParams, isPost, response);
      return;
    }
    case '/sign-in':
    case '/confirm':
    case '/done':
    case '/declined':
      break;
    default: {
      sendPage(response, 404, plainPage('Not here', 'There is no such page on this phone.'));
      return;
    }
  }
  const flow = flows.get(form.get('flow') ?? '');
  if (!flow) {
    sendPage(response, 200, codePage(codeProblem));
    return;
  }
  const flowId = form.get('flow') ?? '';
  if (url.pathname === '/done') sendPage(response, 200, donePage(state.appName));
  else if (url.pathname === '/declined') sendPage(response, 200, declinedPage(state.appName));
  else if (state.codes.byUserCode(flow.session.userCode) !== flow.session)
    sendPage(response, 200, codePage('That code has expired. Get a new one at your printer.'));
  else if (url.pathname === '/sign-in') signIn(state, flow, flowId, isPost ? form : undefined, response);
  else confirm(state, flow, flowId, isPost ? form : undefined, response);
}

function enterCode(
  state: StandInState,
  flows: Map<string, Flow>,
  form: URLSearchParams,
  response: ServerResponse,
): void {
  const session = state.codes.byUserCode(form.get('code') ?? '');
  if (!session || state.faults.take('wrong-code', 'phone')) {
    sendPage(response, 200, codePage(codeProblem));
    return;
  }
  const flowId = randomBytes(16).toString('base64url');
  flows.set(flowId, { session, account: undefined });
  const oldest = flows.keys().next();
  if (flows.size > maxFlows && oldest.done !== true) flows.delete(oldest.value);
  sendRedirect(response, `/sign-in?flow=${flowId}`);
}

function signIn(
  state: StandInState,
  flow: Flow,
  flowId: string,
  form: URLSearchParams | undefined,
  response: ServerResponse,
): void {
  const suggested = suggestedAccount(state.accounts, state.faults);
  if (!form) {
    sendPage(response, 200, signInPage(flowId, state.accounts, suggested));
    return;
  }
  const account = accountNamed(state.accounts, form.get('email') ?? '');
  if (!account || account.kind === 'shared') {
    sendPage(
      response,
      200,
      signInPage(flowId, state.accounts, suggested, {
        aadsts: 50034,
        text: 'We couldn’t find an account with that username.',
      }),
    );
    return;
  }
  if (form.get('password') !== account.password) {
    sendPage(
      response,
      200,
      signInPage(flowId, state.accounts, suggested, { aadsts: 50126, text: 'Your account or password is incorrect.' }),
    );
    return;
  }
  const refused = phoneRefusal(state, flow.session, account);
  if (refused) {
    sendPage(response, 200, errorPage(state, refused, newTrace(state.clock.nowMs()), refused.title));
    return;
  }
  flow.account = account;
  sendRedirect(response, `/confirm?flow=${flowId}`);
}

function confirm(
  state: StandInState,
  flow: Flow,
  flowId: string,
  form: URLSearchParams | undefined,
  response: ServerResponse,
): void {
  const { session, account } = flow;
  if (!account) {
    sendRedirect(response, `/sign-in?flow=${flowId}`);
    return;
  }
  if (!form) {
    sendPage(response, 200, confirmPage(flowId, session, account, state.appName));
    return;
  }
  const isAccepted = form.get('answer') === 'accept';
  session.state = isAccepted ? 'approved' : 'declined';
  session.account = isAccepted ? account : undefined;
  sendRedirect(response, `/${isAccepted ? 'done' : 'declined'}?flow=${flowId}`);
}

/** The consent link again, where a person can reach it without touching the name service of the computer. */
function adminConsent(state: StandInState, query: URLSearchParams, isPost: boolean, response: ServerResponse): void {
  const wish = consentRequest(state, query, false);
  if (wish.kind === 'refused') sendPage(response, 400, errorPage(state, wish.refusal, newTrace(state.clock.nowMs())));
  else if (!isPost) sendPage(response, 200, consentPage(state));
  else {
    state.faults.set('consent-needed', false);
    sendPage(response, 200, consentDonePage());
  }
}
