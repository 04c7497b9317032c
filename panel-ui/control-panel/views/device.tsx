/** Settings as a printer's panel has them. The few that touch the mailbox; everything else is on the web page. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { ApiError } from '../../shared/client.ts';
import type { ClaimCode as GivenCode } from '../../shared/endpoints-access.ts';
import type { ChangeReply } from '../../shared/endpoints.ts';
import { Breakable, Button, Dialog, ErrorNotice } from '../../shared/components/index.ts';
import { goTo } from '../../shared/route.ts';
import { countdown } from '../../shared/language.ts';
import { toApiError, useAct, useLoad, useNow, useStore } from '../../shared/store.ts';
import { looksLikeAddress, looksSame } from '../glance.ts';
import { TextEditor } from '../keyboard/text-editor.tsx';
import { useGuardedAct, usePanel, useWords } from '../panel.ts';

/** @param part '' for the list, else the setting that is typed */
export function DeviceView(props: { readonly part: string }) {
  if (props.part === 'smtp-server') return <SmtpServerEditor />;
  if (props.part === 'address') return <AddressEditor />;
  if (props.part === 'web') return <ClaimCode />;
  return <DeviceList />;
}

function DeviceList() {
  const panel = usePanel();
  const { texts } = useWords();
  const status = useStore(panel.status);
  const [isWarned, setWarned] = useState(false);
  const useUpn = useAct(() => panel.client.call('POST /v1/account/use-upn'));
  if (status === undefined) return null;
  const isExchange = status.provider === 'exchange-online';
  const upn = status.account.identity?.upn;
  const differs = upn !== undefined && !status.isSharedMailbox && !looksSame(upn, status.deviceEmailAddress);
  return (
    <div class="view scrolls">
      <Setting label={texts.deviceAddress} onChange={() => goTo('/device/address')}>
        <strong>
          <Breakable text={status.deviceEmailAddress === '' ? texts.none : status.deviceEmailAddress} />
        </strong>
      </Setting>
      <Setting label={texts.upn}>
        <strong>
          <Breakable text={upn ?? texts.none} />
        </strong>
        {upn === undefined || status.isSharedMailbox ? undefined : (
          <span class={differs ? 'field-error' : 'soft'}>{differs ? texts.otherAddress : texts.sameAddress}</span>
        )}
        {differs ? (
          <Button isBusy={useUpn.isRunning} onPress={() => useUpn.run()}>
            {texts.useUpn}
          </Button>
        ) : undefined}
      </Setting>
      {useUpn.error === undefined ? undefined : <ErrorNotice error={useUpn.error} />}
      <Setting
        label={texts.smtpServer}
        onChange={() => {
          if (isExchange) setWarned(true);
          else goTo('/device/smtp-server');
        }}
      >
        {isExchange ? (
          <span class="soft">{texts.smtpBlank}</span>
        ) : (
          <strong>
            <Breakable text={status.smarthost.host} />
          </strong>
        )}
      </Setting>
      <Setting label={texts.sendingUser}>{texts.sendingUserDevice}</Setting>
      <Setting label={texts.provider}>{isExchange ? texts.providerExchange : texts.providerNone}</Setting>
      <Setting label={texts.webPage} act={texts.claimNew} onChange={() => goTo('/device/web')}>
        {texts.claimTitle}
      </Setting>
      {isWarned ? (
        <Dialog
          title={texts.smtpWarnTitle}
          onClose={() => setWarned(false)}
          actions={
            <>
              <Button isFirst onPress={() => setWarned(false)}>
                {texts.shared.cancel}
              </Button>
              <Button kind="danger" onPress={() => goTo('/device/smtp-server')}>
                {texts.smtpGoOn}
              </Button>
            </>
          }
        >
          <p>{texts.smtpWarn}</p>
        </Dialog>
      ) : undefined}
    </div>
  );
}

function Setting(props: {
  readonly label: string;
  readonly children: ComponentChildren;
  /** What the button says; else "Change". */
  readonly act?: string;
  readonly onChange?: () => void;
}) {
  const { texts } = useWords();
  const act = props.act ?? texts.change;
  return (
    <div class="setting">
      <div class="setting-words">
        <span class="setting-label">{props.label}</span>
        {props.children}
      </div>
      {props.onChange === undefined ? undefined : (
        <Button label={`${act}: ${props.label}`} onPress={props.onChange}>
          {act}
        </Button>
      )}
    </div>
  );
}

/** The consequences a refusal names: code, and the daemon's own (English) sentence. */
function consequencesOf(error: ApiError): readonly { readonly code: string; readonly message: string }[] {
  const { consequences, messages } = error.details;
  if (error.code !== 'settings-need-consent' || !Array.isArray(consequences)) return [];
  const sentences: unknown[] = Array.isArray(messages) ? messages : [];
  return consequences.map((code, index) => ({ code: String(code), message: String(sentences[index] ?? code) }));
}

/** A setting that is typed, the PIN, and the consequences that must be accepted before it is saved. */
function SettingEditor(props: {
  readonly label: string;
  readonly value: string;
  readonly help?: string;
  readonly check: (value: string) => string | undefined;
  readonly save: (value: string, accept: readonly string[]) => Promise<ChangeReply>;
}) {
  const { texts } = useWords();
  const [asked, setAsked] = useState<{ readonly value: string; readonly error: ApiError }>();
  const save = useGuardedAct(async (value: string, accept: readonly string[]) => {
    try {
      await props.save(value, accept);
    } catch (error) {
      const refusal = toApiError(error);
      if (consequencesOf(refusal).length === 0) throw error;
      setAsked({ value, error: refusal });
      return;
    }
    goTo('/device');
  });
  const consequences = asked === undefined ? [] : consequencesOf(asked.error);
  const known: Readonly<Record<string, string | undefined>> = texts.consequences;
  return (
    <>
      <TextEditor
        label={props.label}
        value={props.value}
        maxLength={254}
        use="address"
        help={props.help ?? props.label}
        doneWords={texts.save}
        isBusy={save.isRunning}
        check={props.check}
        onDone={(value) => save.run(value, [])}
      >
        {save.error === undefined ? undefined : <ErrorNotice error={save.error} />}
      </TextEditor>
      {asked === undefined ? undefined : (
        <Dialog
          title={texts.consequencesTitle}
          onClose={() => setAsked(undefined)}
          actions={
            <>
              <Button isFirst onPress={() => setAsked(undefined)}>
                {texts.shared.cancel}
              </Button>
              <Button
                kind="danger"
                isBusy={save.isRunning}
                onPress={() => {
                  setAsked(undefined);
                  save.run(
                    asked.value,
                    consequences.map((one) => one.code),
                  );
                }}
              >
                {texts.acceptConsequences}
              </Button>
            </>
          }
        >
          <ul class="consequences">
            {consequences.map(({ code, message }) => (
              <li key={code}>{known[code] ?? message}</li>
            ))}
          </ul>
        </Dialog>
      )}
    </>
  );
}

function SmtpServerEditor() {
  const panel = usePanel();
  const { texts } = useWords();
  const status = panel.status.get();
  return (
    <SettingEditor
      label={texts.smtpServer}
      value={status?.provider === 'unspecified' ? status.smarthost.host : ''}
      check={(value) => (value === '' ? texts.smtpServer : undefined)}
      save={(host, accept) => panel.client.call('PUT /v1/device/smtp-server', { body: { host, accept } })}
    />
  );
}

function AddressEditor() {
  const panel = usePanel();
  const { texts } = useWords();
  const status = panel.status.get();
  const upn = status?.account.identity?.upn;
  return (
    <SettingEditor
      label={texts.deviceAddress}
      value={status?.deviceEmailAddress ?? ''}
      {...(upn === undefined ? {} : { help: `${texts.upn}: ${upn}` })}
      check={(value) => (looksLikeAddress(value) ? undefined : texts.badAddress)}
      save={(address, accept) => panel.client.call('PUT /v1/device/email-address', { body: { address, accept } })}
    />
  );
}

/** Presence at the panel, and the PIN once there is one, let somebody claim the web page (T40, T51). */
function ClaimCode() {
  const panel = usePanel();
  const { texts } = useWords();
  const nowMs = useNow(1000);
  const make = useGuardedAct(async () => setCode(await panel.client.call('POST /v1/access/claim-code')));
  const [code, setCode] = useState<GivenCode>();
  const certificate = useLoad((signal) => panel.client.call('GET /v1/certificate', { signal }), []).load;
  return (
    <div class="view centred">
      <p class="lead">{code?.webUrl === undefined ? texts.claimHelp : texts.claimAt(`${code.webUrl}/`)}</p>
      {code === undefined ? undefined : (
        <p class="code" role="status">
          {code.code}
        </p>
      )}
      {code === undefined ? undefined : <p class="soft">{texts.codeEnds(countdown(code.expiresAtMs - nowMs))}</p>}
      {code === undefined || certificate.state !== 'ready' ? undefined : (
        <p class="fingerprint soft">
          {texts.fingerprint}
          {[certificate.value.fingerprint.slice(0, 48), certificate.value.fingerprint.slice(48)].map((half, index) => (
            <span class="id" key={index}>
              {half}
            </span>
          ))}
        </p>
      )}
      {make.error === undefined ? undefined : <ErrorNotice error={make.error} />}
      {code === undefined ? (
        <Button key="first" kind="main" isFirst isBusy={make.isRunning} onPress={() => make.run()}>
          {texts.claimNew}
        </Button>
      ) : (
        // Another element, without the focus: OK pressed once too often must not throw the code away.
        <Button key="further" isBusy={make.isRunning} onPress={() => make.run()}>
          {texts.newCode}
        </Button>
      )}
    </div>
  );
}
