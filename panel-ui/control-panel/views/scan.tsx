import type { ComponentChildren } from 'preact';
import { Button, Empty, ErrorNotice, Show } from '../../shared/components/index.ts';
import type { ScannerDescription } from '../../../src/core/index.ts';
import { goTo } from '../../shared/route.ts';
import { useAct, useLoad, useStore } from '../../shared/store.ts';
import { usePanel, useWords, type FoundScanner, type Panel, type Words } from '../panel.ts';
import { usualOptions, type ScanOptions } from '../scan-draft.ts';

const foundIsGoodMs = 60_000;

/** The scanners, and what the chosen one can do; `undefined` if there is none. Asked once a minute. */
export async function askScanner(panel: Panel, signal: AbortSignal): Promise<FoundScanner> {
  const wished = panel.draft.get().options?.scannerId;
  const known = panel.foundScanner.get();
  if (
    known?.scanner !== undefined &&
    performance.now() - known.atMs < foundIsGoodMs &&
    (wished === undefined || wished === known.scanner.id)
  )
    return known;
  const { scanners } = await panel.client.call('GET /v1/scanners', { signal });
  const chosen = scanners.find((one) => one.id === wished) ?? scanners[0];
  const scanner =
    chosen === undefined
      ? undefined
      : await panel.client.call('GET /v1/scanners/:id', { params: { id: chosen.id }, signal });
  const found = { atMs: performance.now(), scanners, scanner };
  panel.foundScanner.set(found);
  return found;
}

/** What was chosen before, as far as this scanner can do it. */
export function optionsFor(scanner: ScannerDescription, chosen: ScanOptions | undefined): ScanOptions {
  const usual = usualOptions(scanner);
  if (chosen?.scannerId !== scanner.id) return usual;
  const has = (list: readonly (string | number)[], one: string | number) => list.includes(one);
  return {
    scannerId: scanner.id,
    source: has(scanner.sources, chosen.source) ? chosen.source : usual.source,
    resolution: has(scanner.resolutions, chosen.resolution) ? chosen.resolution : usual.resolution,
    colour: has(scanner.colours, chosen.colour) ? chosen.colour : usual.colour,
    format: has(scanner.formats, chosen.format) ? chosen.format : usual.format,
  };
}

/** The form: to whom, called what, scanned how; and Start. */
export function ScanView() {
  const panel = usePanel();
  const { texts } = useWords();
  const loaded = useLoad((signal) => askScanner(panel, signal), []);
  return (
    <div class="view">
      <Show loaded={loaded}>
        {({ scanner }) =>
          scanner === undefined ? (
            <Empty
              action={
                // One may just have been plugged in, or switched on.
                <Button
                  isFirst
                  onPress={() => {
                    panel.foundScanner.set(undefined);
                    loaded.reload();
                  }}
                >
                  {texts.shared.tryAgain}
                </Button>
              }
            >
              {texts.noScanner}
            </Empty>
          ) : (
            <Form scanner={scanner} />
          )
        }
      </Show>
    </div>
  );
}

function Form(props: { readonly scanner: ScannerDescription }) {
  const panel = usePanel();
  const words = useWords();
  const { texts } = words;
  const draft = useStore(panel.draft);
  const options = optionsFor(props.scanner, draft.options);
  const start = useAct(async () => {
    const { scannerId, source, resolution, colour } = options;
    panel.draft.set({ ...draft, options });
    panel.scan.set(await panel.client.call('POST /v1/scans', { body: { scannerId, source, resolution, colour } }));
    goTo('/scan/run');
  });
  const [first, ...others] = draft.to;
  const isReady = first !== undefined;
  return (
    <>
      <div class="scan-form grow scrolls">
        <Line path="/scan/to" label={texts.to} isFirst={!isReady}>
          {isReady ? (
            <span class="one-line strong">
              {first}
              {others.length === 0 ? '' : ` ${texts.more(others.length)}`}
            </span>
          ) : (
            <span class="soft">{texts.noRecipients}</span>
          )}
        </Line>
        <Line path="/scan/subject" label={texts.subject} value={draft.subject} />
        <Line path="/scan/file-name" label={texts.fileName} value={draft.fileName} />
        <Line path="/scan/message" label={texts.message} value={draft.text} empty={texts.none} />
        <Line path="/scan/options" label={texts.options}>
          <span class="one-line">{optionWords(options, props.scanner, words)}</span>
        </Line>
        {start.error === undefined ? undefined : <ErrorNotice error={start.error} />}
      </div>
      <div class="bar">
        <Button kind={isReady ? 'plain' : 'main'} onPress={() => goTo('/scan/to')}>
          {texts.addRecipient}
        </Button>
        <Button
          kind="main"
          class="start-button"
          isFirst={isReady}
          isDisabled={!isReady}
          isBusy={start.isRunning}
          onPress={() => start.run()}
        >
          {texts.start}
        </Button>
      </div>
    </>
  );
}

function Line(props: {
  readonly path: string;
  readonly label: string;
  readonly value?: string;
  readonly empty?: string;
  readonly isFirst?: boolean;
  readonly children?: ComponentChildren;
}) {
  const { texts } = useWords();
  return (
    <Button class="line" isFirst={props.isFirst ?? false} onPress={() => goTo(props.path)}>
      <span class="line-label">{props.label}</span>
      {props.children ??
        (props.value === undefined || props.value === '' ? (
          <span class="soft">{props.empty ?? texts.automatic}</span>
        ) : (
          <span class="one-line">{props.value}</span>
        ))}
      <svg viewBox="0 0 24 24" aria-hidden="true" class="icon line-more">
        <path d="m9 5 7 7-7 7" />
      </svg>
    </Button>
  );
}

/** The choices in one line: `Glass · Colour · 300 dpi · PDF`. */
export function optionWords(options: ScanOptions, scanner: ScannerDescription, { texts }: Words): string {
  const named = (names: Readonly<Record<string, string>>, key: string) => names[key] ?? key;
  return [
    named(texts.sources, options.source),
    named(texts.colours, options.colour),
    // A scanner that knows one resolution only does not say which.
    ...(scanner.resolutions.length === 0 ? [] : [texts.dpi(options.resolution)]),
    named(texts.formats, options.format),
  ].join(' · ');
}
