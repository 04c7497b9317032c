/** Network > Connection: proxy, and DNS as the operating system has it. */
import { useState } from 'preact/hooks';
import { Button, Notice } from '../../shared/components/index.ts';
import { useAct, useLoad } from '../../shared/store.ts';
import { TextField } from '../components/field.tsx';
import { Facts, LoadView, Section, Trouble, endpointText } from '../components/parts.tsx';
import { SettingsForm } from '../components/settings-page.tsx';
import { useApp } from '../context.ts';
import type { Texts } from '../texts/types.ts';
import { Form } from '../components/form.tsx';

const proxyPaths = ['network.proxyUrl', 'network.proxyUser', 'network.isProxyUsedForSmtp', 'network.proxyBypass'];

/** Proxy server. */
export function ProxyPage() {
  const { client, texts } = useApp();
  const { proxy } = texts.network;
  const [round, setRound] = useState(0);
  const settings = useLoad((signal) => client.call('GET /v1/settings', { signal }), [round]);
  return (
    <>
      <SettingsForm
        parts={[{ intro: proxy.intro, paths: proxyPaths }]}
        onSaved={() => setRound((count) => count + 1)}
      />
      <LoadView loaded={settings}>
        {({ secrets }) => (
          <SecretForm
            title={proxy.password}
            label={proxy.newPassword}
            help={proxy.passwordHelp}
            isSet={secrets.proxyPassword}
            words={{
              set: proxy.passwordSet,
              none: proxy.passwordNone,
              put: proxy.setPassword,
              remove: proxy.removePassword,
            }}
            onPut={(value) => client.call('PUT /v1/secrets/proxy-password', { body: { value } })}
            onDone={(value) => {
              setRound((count) => count + 1);
              return value === '' ? proxy.removed : proxy.stored;
            }}
          />
        )}
      </LoadView>
    </>
  );
}

/** A password that can be set and removed but never seen. */
export function SecretForm(props: {
  readonly title: string;
  readonly label: string;
  readonly help?: string;
  readonly isSet: boolean;
  readonly words: { readonly set: string; readonly none: string; readonly put: string; readonly remove: string };
  readonly onPut: (value: string) => Promise<unknown>;
  /** Returns what is said. */
  readonly onDone: (value: string) => string;
}) {
  const { notify } = useApp();
  const [draft, setDraft] = useState('');
  const put = useAct(async (value: string) => {
    await props.onPut(value);
    setDraft('');
    notify('good', props.onDone(value));
  });
  return (
    <Section title={props.title}>
      <Form
        onSubmit={() => {
          if (draft !== '') put.run(draft);
        }}
      >
        <p>{props.isSet ? `✓ ${props.words.set}` : props.words.none}</p>
        <div class="fields">
          <TextField
            label={props.label}
            help={props.help}
            value={draft}
            onChange={setDraft}
            type="password"
            autocomplete="new-password"
            maxLength={256}
          />
        </div>
        <Trouble error={put.error} />
        <div class="button-row">
          <Button onPress={() => put.run(draft)} isBusy={put.isRunning} isDisabled={draft === ''}>
            {props.words.put}
          </Button>
          {props.isSet ? (
            <Button onPress={() => put.run('')} isBusy={put.isRunning}>
              {props.words.remove}
            </Button>
          ) : undefined}
        </div>
      </Form>
    </Section>
  );
}

/** What a listener is for, in words; its own name if there are none. */
export function doorName({ network, admin }: Pick<Texts, 'network' | 'admin'>, name: string): string {
  const names: Readonly<Record<string, string>> = { ...network.lan.listeners, ...admin.audit.doors };
  return names[name] ?? names[name.replace(/^lan-/, '')] ?? name;
}

/** DNS. */
export function DnsPage() {
  const { client, texts } = useApp();
  const { dns } = texts.network;
  const loaded = useLoad((signal) => client.call('GET /v1/network', { signal }), []);
  return (
    <>
      <Section intro={dns.intro}>
        <LoadView loaded={loaded}>
          {(network) => (
            <>
              {network.dnsServers.length === 0 ? <Notice kind="warning" title={dns.noServers} /> : undefined}
              <Facts
                rows={[
                  [dns.hostName, network.hostName],
                  [dns.addresses, lines(network.addresses.map(({ name, address }) => `${address} (${name})`))],
                  [dns.servers, lines(network.dnsServers)],
                  [
                    dns.doors,
                    lines(
                      network.doors.map(
                        ({ name, address, port }) => `${endpointText(address, port)} (${doorName(texts, name)})`,
                      ),
                    ),
                  ],
                ]}
              />
            </>
          )}
        </LoadView>
      </Section>
      <Section title={dns.where}>
        <p>{dns.whereText}</p>
      </Section>
    </>
  );
}

function lines(texts: readonly string[]) {
  return texts.length === 0 ? undefined : texts.map((text) => <div key={text}>{text}</div>);
}
