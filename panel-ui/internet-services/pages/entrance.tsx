/** What stands before everything: claiming a new device, and the log-in. Product name and nothing else (T55). */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { ApiError } from '../../shared/client.ts';
import type { Session } from '../../shared/endpoints-access.ts';
import { Notice } from '../../shared/components/index.ts';
import { useAct } from '../../shared/store.ts';
import { CopyBlock, Trouble } from '../components/parts.tsx';
import { TextField } from '../components/field.tsx';
import { useApp } from '../context.ts';
import { checkNewPassword, checkPin, refusalOf } from '../form/password.ts';
import type { Texts } from '../texts/types.ts';
import { Form } from '../components/form.tsx';

/** The sentence of a refusal that belongs to this field. */
export function refusedText(
  texts: Pick<Texts, 'shell'>,
  error: ApiError | undefined,
  field: 'password' | 'pin' | 'code',
): string | undefined {
  const refusal = error && refusalOf(error);
  return refusal?.field === field ? texts.shell.claim[refusal.key] : undefined;
}

function Frame(props: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <main class="entrance" id="content">
      <section class="card">
        <h1>{props.title}</h1>
        {props.children}
      </section>
    </main>
  );
}

/** First claim, or a new password with a code from the panel. */
export function ClaimPage(props: {
  readonly isReset: boolean;
  readonly onDone: (session: Session) => void;
  readonly onBack?: () => void;
}) {
  const { client, texts } = useApp();
  const { claim } = texts.shell;
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  const [repeat, setRepeat] = useState('');
  const [pin, setPin] = useState('');
  const [problem, setProblem] = useState<'code' | 'tooShort' | 'different' | 'pin'>();
  const run = useAct(async () => {
    const body = { code: code.trim(), password, ...(pin === '' ? {} : { pin }) };
    props.onDone(await client.call('POST /v1/claim', { body }));
  });
  const submit = () => {
    const found =
      code.trim() === ''
        ? 'code'
        : (checkNewPassword(password, repeat) ?? (pin === '' || checkPin(pin) ? undefined : 'pin'));
    setProblem(found);
    if (found === undefined) run.run();
  };
  const hasField = run.error !== undefined && refusalOf(run.error) !== undefined;
  return (
    <Frame title={claim.title}>
      <p>{props.isReset ? claim.introReset : claim.intro}</p>
      <Form onSubmit={submit}>
        <div class="fields">
          <TextField
            label={claim.code}
            value={code}
            onChange={setCode}
            isCode
            name="claim-code"
            autocomplete="one-time-code"
            maxLength={40}
            problem={problem === 'code' ? claim.codeNeeded : refusedText(texts, run.error, 'code')}
          />
          <TextField
            label={claim.password}
            help={claim.passwordHelp}
            value={password}
            onChange={setPassword}
            type="password"
            autocomplete="new-password"
            name="new-password"
            problem={problem === 'tooShort' ? claim.tooShort : refusedText(texts, run.error, 'password')}
          />
          <TextField
            label={claim.repeat}
            value={repeat}
            onChange={setRepeat}
            type="password"
            autocomplete="new-password"
            name="repeat-password"
            problem={problem === 'different' ? claim.different : undefined}
          />
          <TextField
            label={claim.pin}
            help={claim.pinHelp}
            value={pin}
            onChange={setPin}
            type="password"
            inputMode="numeric"
            maxLength={16}
            name="panel-pin"
            problem={problem === 'pin' ? claim.pinDigits : refusedText(texts, run.error, 'pin')}
          />
        </div>
        <Trouble error={hasField ? undefined : run.error} />
        <div class="button-row">
          <button type="submit" class="button button-main" aria-busy={run.isRunning}>
            {claim.submit}
          </button>
          {props.onBack === undefined ? undefined : (
            <button type="button" class="button" onClick={props.onBack}>
              {texts.shell.back}
            </button>
          )}
        </div>
      </Form>
      <details class="more">
        <summary>{claim.where}</summary>
        <CopyBlock text="mfp-mail-agent claim-code" name={claim.where} />
      </details>
    </Frame>
  );
}

/** Log-in. */
export function LoginPage(props: { readonly hasEnded: boolean; readonly onDone: (session: Session) => void }) {
  const { client, texts } = useApp();
  const { login } = texts.shell;
  const [password, setPassword] = useState('');
  const [hasCode, setHasCode] = useState(false);
  const run = useAct(async () => {
    props.onDone(await client.call('POST /v1/session', { body: { password } }));
  });
  if (hasCode) return <ClaimPage isReset onDone={props.onDone} onBack={() => setHasCode(false)} />;
  const isRefused = run.error?.code === 'login-refused';
  return (
    <Frame title={login.title}>
      {props.hasEnded ? (
        <Notice kind="info">
          <p>{login.ended}</p>
        </Notice>
      ) : undefined}
      <Form
        onSubmit={() => {
          if (password !== '') run.run();
        }}
      >
        <div class="fields">
          <TextField
            label={login.password}
            value={password}
            onChange={setPassword}
            type="password"
            autocomplete="current-password"
            name="password"
            problem={isRefused ? login.wrong : undefined}
          />
        </div>
        <Trouble error={isRefused ? undefined : run.error} />
        <div class="button-row">
          <button type="submit" class="button button-main" aria-busy={run.isRunning}>
            {login.submit}
          </button>
        </div>
      </Form>
      <details class="more">
        <summary>{login.forgotten}</summary>
        <p>{login.forgottenHelp}</p>
        <div class="button-row">
          <button type="button" class="button" onClick={() => setHasCode(true)}>
            {login.useCode}
          </button>
        </div>
      </details>
    </Frame>
  );
}
