import { useState } from 'preact/hooks';
import type { AgentStatus, SignInState } from '../../../src/core/index.ts';
import { Breakable, Button, ErrorNotice, Notice } from '../../shared/components/index.ts';
import { codeGroups, countdown, grantsOf } from '../../shared/language.ts';
import { useAct, useLoad, useNow } from '../../shared/store.ts';
import { usePanel, useWords } from '../panel.ts';
import { qrPath } from '../qr-path.ts';
import { Trouble, useBegin } from './sign-in.tsx';

type Code = Extract<SignInState, { readonly step: 'code' }>;

/** QR, address, code large enough to be read from two metres, and what is granted to which app (RFC 8628 5.4). */
export function CodeStep(props: { readonly status: AgentStatus; readonly signIn: Code }) {
  const { client } = usePanel();
  const { texts } = useWords();
  const { status, signIn } = props;
  const nowMs = useNow(1000);
  // A code that is good is shared with other screens; who presses "new code" has a reason.
  const begin = useBegin(true);
  const cancel = useAct(() => client.call('POST /v1/sign-in/cancel'));
  const leftMs = signIn.expiresAtMs - nowMs;
  const isOver = leftMs <= 0;
  // Empty where the page for the phone is switched off; the address alone is the way then, as it is without an answer.
  const phone = useLoad((signal) => client.call('GET /v1/sign-in/phone-page', { signal }), [signIn.userCode]).load;
  const phonePage = phone.state === 'ready' && phone.value.url !== undefined ? phone.value : undefined;
  const [isPhoneShown, setPhoneShown] = useState(false);
  const shownPhone = isPhoneShown ? phonePage : undefined;
  const error = begin.error ?? cancel.error;
  const address = status.deviceEmailAddress;
  const who =
    address === ''
      ? texts.panel.signInWithScanMailbox
      : status.isSharedMailbox
        ? texts.panel.signInForShared(address)
        : texts.panel.signInWith(address);
  return (
    <div class="view">
      <div tabIndex={0} class={`scrolls grow${signIn.isKnownHost && signIn.trouble === undefined ? '' : ' tight'}`}>
        {signIn.isKnownHost ? undefined : (
          <Notice kind="error">
            <p>{texts.panel.unknownHost}</p>
          </Notice>
        )}
        {isOver ? (
          // An expired code is not shown: typing it only makes another error.
          <Notice kind="warning" title={texts.panel.codeHasExpired}>
            <p>{texts.panel.codeNotTyped}</p>
          </Notice>
        ) : (
          <div class="code-step">
            {shownPhone === undefined ? (
              <Qr address={signIn.verificationUri} />
            ) : (
              <QrCode rows={shownPhone.rows ?? []} label={texts.phonePage} />
            )}
            <ol class="code-words">
              {shownPhone === undefined ? (
                <li>
                  <span>{texts.scanOrOpen}</span>
                  <strong class="uri">
                    <Breakable text={signIn.verificationUri} />
                  </strong>
                </li>
              ) : (
                <li>
                  <span>{texts.phonePageHelp}</span>
                </li>
              )}
              <li>
                <span>{texts.typeThisCode}</span>
                <UserCode code={signIn.userCode} />
              </li>
              <li>
                <span>
                  <Breakable text={who} />
                </span>
              </li>
            </ol>
          </div>
        )}
        {signIn.trouble === undefined ? undefined : <Trouble code={signIn.trouble} />}
        {error !== undefined ? <ErrorNotice error={error} /> : isOver ? undefined : <Grants signIn={signIn} />}
      </div>
      <div class="bar">
        <Button isBusy={cancel.isRunning} onPress={() => cancel.run()}>
          {texts.shared.cancel}
        </Button>
        {isOver ? undefined : (
          <span class="bar-words" role="timer" aria-live="off">
            {texts.codeEnds(countdown(leftMs))}
          </span>
        )}
        {phonePage === undefined || isOver ? undefined : (
          <Button isPressed={isPhoneShown} onPress={() => setPhoneShown(!isPhoneShown)}>
            {texts.phonePage}
          </Button>
        )}
        <Button kind={isOver ? 'main' : 'plain'} isFirst={isOver} isBusy={begin.isRunning} onPress={() => begin.run()}>
          {texts.newCode}
        </Button>
      </div>
    </div>
  );
}

function UserCode(props: { readonly code: string }) {
  const { texts } = useWords();
  const groups = codeGroups(props.code);
  const letters = groups.join('').length;
  return (
    <span
      class={`code${letters > 9 ? ' code-long' : ''}`}
      role="img"
      aria-label={texts.codeLabel(Array.from(props.code).join(' '))}
    >
      {groups.map((group, index) => (
        <span key={index}>{group}</span>
      ))}
    </span>
  );
}

function Grants(props: { readonly signIn: Code }) {
  const { texts } = useWords();
  const words = grantsOf(props.signIn.scopes).map((grant) =>
    typeof grant === 'string' ? texts.panel.scopes[grant] : grant.scope,
  );
  return (
    <p class="grants">
      {texts.appAllowed} <span class="app-id">{props.signIn.clientId}</span> {texts.panel.grants(words)}
    </p>
  );
}

/** Four modules of white around it, as phones need. Without an answer the address alone is the way. */
function Qr(props: { readonly address: string }) {
  const { client } = usePanel();
  const { texts } = useWords();
  const { load } = useLoad((signal) => client.call('GET /v1/sign-in/qr', { signal }), [props.address]);
  if (load.state === 'error') return null;
  if (load.state === 'loading') return <span class="qr" />;
  return <QrCode rows={load.value.rows} label={texts.qrLabel(load.value.text)} />;
}

function QrCode({ rows, label }: { readonly rows: readonly string[]; readonly label: string }) {
  const size = rows.length + 8;
  return (
    <svg class="qr" viewBox={`-4 -4 ${String(size)} ${String(size)}`} role="img" aria-label={label}>
      <path d={qrPath(rows)} shape-rendering="crispEdges" />
    </svg>
  );
}
