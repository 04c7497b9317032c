/** To whom: found in the address book, used lately, typed, or oneself. */
import { useState } from 'preact/hooks';
import { Button, Empty, Show } from '../../shared/components/index.ts';
import { goTo } from '../../shared/route.ts';
import { useLoad, useStore, type Loaded } from '../../shared/store.ts';
import { looksLikeAddress } from '../glance.ts';
import { TextEditor } from '../keyboard/text-editor.tsx';
import { usePanel, useWords } from '../panel.ts';
import { addRecipient, removeRecipient } from '../scan-draft.ts';

interface Found {
  readonly name: string;
  readonly address: string;
}

/** @param part '' for the address book, `recent`, `type`, or `search` */
export function RecipientsView(props: { readonly part: string }) {
  const panel = usePanel();
  const requestingUser = useStore(panel.requestingUser);
  const { texts } = useWords();
  const [query, setQuery] = useState('');
  const [part, setPart] = useState(props.part);
  const add = (address: string) => panel.draft.set((draft) => addRecipient(draft, address));
  if (part === 'type') {
    return (
      <TextEditor
        label={texts.typeAddress}
        value=""
        maxLength={254}
        use="address"
        help={texts.typeAddress}
        doneWords={texts.addRecipient}
        check={(value) => (looksLikeAddress(value) ? undefined : texts.badAddress)}
        onDone={(value) => {
          add(value);
          setPart('');
        }}
      />
    );
  }
  if (part === 'search') {
    return (
      <TextEditor
        label={texts.search}
        value={query}
        maxLength={80}
        use="text"
        doneWords={texts.search}
        onDone={(value) => {
          setQuery(value);
          setPart('');
        }}
      />
    );
  }
  return (
    <div class="view">
      <Chosen />
      <div class="tabs" role="group">
        <Button isPressed={part === ''} isFirst onPress={() => setPart('')}>
          {texts.addressBook}
        </Button>
        <Button isPressed={part === 'recent'} onPress={() => setPart('recent')}>
          {texts.recent}
        </Button>
        <Button onPress={() => setPart('search')}>{query === '' ? texts.search : `${texts.search}: ${query}`}</Button>
        <Button onPress={() => setPart('type')}>{texts.typeAddress}</Button>
        {requestingUser === undefined ? undefined : (
          <Button onPress={() => add(requestingUser)}>{texts.sendToMe}</Button>
        )}
      </div>
      {part === 'recent' ? <Recent onAdd={add} /> : <Book query={query} onAdd={add} />}
      <div class="bar">
        <Button kind="main" onPress={() => goTo('/scan')}>
          {texts.done}
        </Button>
      </div>
    </div>
  );
}

function Chosen() {
  const panel = usePanel();
  const { texts } = useWords();
  const { to } = useStore(panel.draft);
  if (to.length === 0) return null;
  return (
    <ul class="chips">
      {to.map((address) => (
        <li key={address}>
          <Button
            class="chip"
            label={texts.removeRecipient(address)}
            onPress={() => panel.draft.set((draft) => removeRecipient(draft, address))}
          >
            <span class="one-line">{address}</span>
            <span aria-hidden="true">✕</span>
          </Button>
        </li>
      ))}
    </ul>
  );
}

function Book(props: { readonly query: string; readonly onAdd: (address: string) => void }) {
  const { client } = usePanel();
  const { texts } = useWords();
  const loaded = useLoad(
    (signal) => client.call('GET /v1/address-book', { query: { q: props.query, limit: 50 }, signal }),
    [props.query],
  );
  return <People load={loaded} empty={texts.noPeople} onAdd={props.onAdd} />;
}

function Recent(props: { readonly onAdd: (address: string) => void }) {
  const { client } = usePanel();
  const { texts } = useWords();
  const loaded = useLoad((signal) => client.call('GET /v1/address-book/recent', { signal }), []);
  return <People load={loaded} empty={texts.noRecent} onAdd={props.onAdd} />;
}

function People(props: {
  readonly load: Pick<Loaded<{ readonly entries: readonly Found[] }>, 'load' | 'reload'>;
  readonly empty: string;
  readonly onAdd: (address: string) => void;
}) {
  const panel = usePanel();
  const { to } = useStore(panel.draft);
  return (
    <div class="rows grow scrolls">
      <Show loaded={props.load}>
        {({ entries }) =>
          entries.length === 0 ? (
            <Empty>{props.empty}</Empty>
          ) : (
            entries.map(({ name, address }) => (
              <Button key={address} class="row" isPressed={to.includes(address)} onPress={() => props.onAdd(address)}>
                <span class="row-main">
                  {name === '' ? undefined : <span class="one-line strong">{name}</span>}
                  <span class="one-line soft">{address}</span>
                </span>
                {to.includes(address) ? <span aria-hidden="true">✓</span> : undefined}
              </Button>
            ))
          )
        }
      </Show>
    </div>
  );
}
