/** Address book: people the panel offers, with search, import and export. */
import { useEffect, useState } from 'preact/hooks';
import { Breakable, Button, Dialog, Empty, Notice, Table } from '../../shared/components/index.ts';
import type { ImportResult } from '../../../src/addressbook/index.ts';
import type { Person } from '../../shared/endpoints-people.ts';
import { useAct, useLoad } from '../../shared/store.ts';
import { Confirm } from '../components/confirm.tsx';
import { AreaField, ChoiceField, FileButton, TextField } from '../components/field.tsx';
import { LoadView, Section, Trouble, saveAs } from '../components/parts.tsx';
import { useApp } from '../context.ts';
import { checkAddress } from '../form/checks.ts';
import { Form } from '../components/form.tsx';

const pageSize = 100;
type Open =
  | { readonly kind: 'edit'; readonly person?: Person }
  | { readonly kind: 'remove'; readonly person: Person }
  | { readonly kind: 'import' };

/** The page. */
export function AddressBookPage() {
  const { client, texts, notify } = useApp();
  const words = texts.addressBook;
  const [draft, setDraft] = useState('');
  const [query, setQuery] = useState('');
  const [limit, setLimit] = useState(pageSize);
  const [open, setOpen] = useState<Open>();
  // Asked when typing pauses, not at each letter.
  useEffect(() => {
    const timer = window.setTimeout(() => setQuery(draft.trim()), 250);
    return () => window.clearTimeout(timer);
  }, [draft]);
  const loaded = useLoad(
    (signal) => client.call('GET /v1/address-book', { query: { q: query, limit }, signal }),
    [query, limit],
  );
  const close = () => setOpen(undefined);
  const done = () => {
    close();
    loaded.reload();
  };
  const remove = useAct(async (person: Person) => {
    await client.call('DELETE /v1/address-book/:id', { params: { id: person.id } });
    done();
  });
  const download = useAct(async (format: 'csv' | 'ldif') => {
    const reply = await client.request('GET', `/v1/address-book/export?format=${format}`);
    // Its octets: the byte order mark that spreadsheets need would be lost in a text.
    saveAs(`address-book.${format}`, await reply.blob());
  });
  return (
    <Section intro={words.intro}>
      <div class="button-row">
        <Button kind="main" onPress={() => setOpen({ kind: 'edit' })}>
          {words.addPerson}
        </Button>
        <Button onPress={() => setOpen({ kind: 'import' })}>{words.import}</Button>
        <Button onPress={() => download.run('csv')}>{words.export} CSV</Button>
        <Button onPress={() => download.run('ldif')}>{words.export} LDIF</Button>
      </div>
      <Trouble error={download.error} />
      <div class="filter">
        <TextField label={texts.shell.search} value={draft} onChange={setDraft} type="search" />
      </div>
      <LoadView loaded={loaded}>
        {({ entries, total }) =>
          entries.length === 0 ? (
            <Empty>{query === '' ? words.empty : words.nothingFound}</Empty>
          ) : (
            <>
              <p class="count" role="status">
                {words.count(total)}
              </p>
              <Table
                caption={words.title}
                rows={entries}
                keyOf={(row) => row.id}
                columns={[
                  { heading: words.name, cell: (row) => row.name },
                  { heading: words.address, cell: (row) => <Breakable text={row.address} leastLength={20} /> },
                  { heading: words.index, cell: (row) => row.index ?? '' },
                  {
                    heading: texts.shell.actions,
                    cell: (row) => (
                      <span class="row-buttons">
                        <Button
                          kind="quiet"
                          label={`${texts.shell.edit}: ${row.name}`}
                          onPress={() => setOpen({ kind: 'edit', person: row })}
                        >
                          {texts.shell.edit}
                        </Button>
                        <Button
                          kind="quiet"
                          label={`${texts.shell.remove}: ${row.name}`}
                          onPress={() => setOpen({ kind: 'remove', person: row })}
                        >
                          {texts.shell.remove}
                        </Button>
                      </span>
                    ),
                  },
                ]}
              />
              {entries.length < total && entries.length >= limit ? (
                <div class="button-row">
                  <Button onPress={() => setLimit(limit + pageSize)}>{words.showMore}</Button>
                </div>
              ) : undefined}
            </>
          )
        }
      </LoadView>
      {open?.kind === 'edit' ? (
        <PersonDialog {...(open.person === undefined ? {} : { person: open.person })} onClose={close} onDone={done} />
      ) : undefined}
      {open?.kind === 'import' ? (
        <ImportDialog
          onClose={close}
          onDone={({ added, changed, skipped }) => {
            notify('good', words.imported(added, changed, skipped));
            done();
          }}
        />
      ) : undefined}
      {open?.kind === 'remove' ? (
        <Confirm
          title={words.removeTitle}
          act={texts.shell.remove}
          isDangerous
          isRunning={remove.isRunning}
          onAct={() => remove.run(open.person)}
          onClose={close}
        >
          <p>{words.removeText(open.person.name)}</p>
          <Trouble error={remove.error} />
        </Confirm>
      ) : undefined}
    </Section>
  );
}

function PersonDialog(props: { readonly person?: Person; readonly onClose: () => void; readonly onDone: () => void }) {
  const { client, texts } = useApp();
  const words = texts.addressBook;
  const { person } = props;
  const [name, setName] = useState(person?.name ?? '');
  const [address, setAddress] = useState(person?.address ?? '');
  const [index, setIndex] = useState(person?.index ?? '');
  const [problem, setProblem] = useState<string>();
  const save = useAct(async () => {
    const body = {
      name: name.trim(),
      address: address.trim(),
      ...(index.trim() === '' ? {} : { index: index.trim() }),
    };
    if (person === undefined) await client.call('POST /v1/address-book', { body });
    else await client.call('PUT /v1/address-book/:id', { params: { id: person.id }, body });
    props.onDone();
  });
  const submit = () => {
    const check = checkAddress(address);
    setProblem(check === undefined ? undefined : texts.mail.smtp.checks[check]);
    if (check === undefined) save.run();
  };
  return (
    <Dialog
      title={person === undefined ? words.addPerson : words.editPerson}
      onClose={props.onClose}
      actions={
        <>
          <Button onPress={props.onClose}>{texts.shell.cancel}</Button>
          <Button kind="main" onPress={submit} isBusy={save.isRunning}>
            {texts.shell.save}
          </Button>
        </>
      }
    >
      <Form onSubmit={submit}>
        <div class="fields">
          <TextField label={words.name} value={name} onChange={setName} help={words.nameHelp} maxLength={100} />
          <TextField
            label={words.address}
            value={address}
            onChange={setAddress}
            problem={problem}
            type="email"
            maxLength={254}
          />
          <TextField label={words.index} help={words.indexHelp} value={index} onChange={setIndex} maxLength={40} />
        </div>
        <button type="submit" class="out-of-sight" tabIndex={-1} aria-hidden="true" />
      </Form>
      <Trouble error={save.error} />
    </Dialog>
  );
}

function ImportDialog(props: {
  readonly onClose: () => void;
  readonly onDone: (result: Pick<ImportResult, 'added' | 'changed' | 'skipped'>) => void;
}) {
  const { client, texts } = useApp();
  const words = texts.addressBook;
  const [text, setText] = useState('');
  const [format, setFormat] = useState<'csv' | 'ldif'>('csv');
  const [mode, setMode] = useState<'add' | 'replace'>('add');
  const [refused, setRefused] = useState<Pick<ImportResult, 'problems' | 'isOfUse'>>();
  const { problems = [], isOfUse = true } = refused ?? {};
  const run = useAct(async (isSkippingBad: boolean) => {
    const reply = await client.call('POST /v1/address-book/import', { body: { format, text, mode, isSkippingBad } });
    if (reply.isDone) props.onDone(reply);
    else setRefused(reply);
  });
  return (
    <Dialog
      title={words.importTitle}
      onClose={props.onClose}
      actions={
        <>
          <Button onPress={props.onClose}>{texts.shell.cancel}</Button>
          <Button
            kind="main"
            onPress={() => run.run(problems.length > 0)}
            isBusy={run.isRunning}
            // Without a good line nothing would be left.
            isDisabled={text.trim() === '' || !isOfUse}
          >
            {problems.length > 0 && isOfUse ? words.skipBad : words.import}
          </Button>
        </>
      }
    >
      <p>{words.importHelp}</p>
      <div class="button-row">
        <FileButton
          label={texts.shell.chooseFile}
          accept=".csv,.ldif,.ldi,.txt,text/csv,text/plain"
          maxBytes={1024 * 1024}
          onText={(content, name) => {
            setText(content);
            setRefused(undefined);
            setFormat(/\.ldif?$/i.test(name) || /^(version:|dn:)/im.test(content.slice(0, 400)) ? 'ldif' : 'csv');
          }}
        />
      </div>
      <div class="fields">
        <AreaField
          label={words.text}
          value={text}
          onChange={(value) => {
            setText(value);
            setRefused(undefined);
          }}
          rows={6}
          isCode
        />
        <ChoiceField
          label={words.format}
          value={format}
          onChange={(value) => {
            setFormat(value === 'ldif' ? 'ldif' : 'csv');
            setRefused(undefined);
          }}
          options={[
            ['csv', 'CSV'],
            ['ldif', 'LDIF'],
          ]}
        />
        <ChoiceField
          label={words.mode}
          value={mode}
          onChange={(value) => {
            setMode(value === 'replace' ? 'replace' : 'add');
            setRefused(undefined);
          }}
          options={[
            ['add', words.modeAdd],
            ['replace', words.modeReplace],
          ]}
        />
      </div>
      <Trouble error={run.error} />
      {problems.length === 0 ? undefined : (
        <Notice kind="error" title={words.badLines(problems.length)}>
          <ul>
            {problems.slice(0, 10).map(({ line, message }) => (
              <li key={line}>{words.badLine(line, message)}</li>
            ))}
          </ul>
        </Notice>
      )}
    </Dialog>
  );
}
