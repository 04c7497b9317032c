import { Button, Empty, Show } from '../../shared/components/index.ts';
import type { ScannerDescription, ScannerSummary } from '../../../src/core/index.ts';
import { goTo } from '../../shared/route.ts';
import { useLoad, useStore } from '../../shared/store.ts';
import { usePanel, useWords } from '../panel.ts';
import { usualOptions, type ScanOptions } from '../scan-draft.ts';
import { askScanner, optionsFor } from './scan.tsx';

/** What the scanner can do, to choose from; one of a kind is no question. */
export function ScanOptionsView() {
  const panel = usePanel();
  const { texts } = useWords();
  const draft = useStore(panel.draft);
  const loaded = useLoad((signal) => askScanner(panel, signal), [draft.options?.scannerId]);
  return (
    <div class="view">
      <Show loaded={loaded}>
        {({ scanners, scanner }) =>
          scanner === undefined ? <Empty>{texts.noScanner}</Empty> : <Choices scanners={scanners} scanner={scanner} />
        }
      </Show>
      <div class="bar">
        <Button kind="main" isFirst onPress={() => goTo('/scan')}>
          {texts.done}
        </Button>
      </div>
    </div>
  );
}

function Choices(props: { readonly scanners: readonly ScannerSummary[]; readonly scanner: ScannerDescription }) {
  const panel = usePanel();
  const { texts } = useWords();
  const draft = useStore(panel.draft);
  const { scanner, scanners } = props;
  const options = optionsFor(scanner, draft.options);
  const choose = (change: Partial<ScanOptions>) => panel.draft.set({ ...draft, options: { ...options, ...change } });
  return (
    <div class="option-groups grow scrolls">
      <Group
        label={texts.scanner}
        chosen={scanner.id}
        all={(scanners.length < 2 ? [] : scanners).map((one) => ({ value: one.id, words: one.title }))}
        onChoose={(id) =>
          panel.draft.set({
            ...draft,
            options: {
              ...usualOptions({ ...scanner, id, sources: [], colours: [], formats: [], resolutions: [] }),
              scannerId: id,
            },
          })
        }
      />
      <Group
        label={texts.source}
        chosen={options.source}
        all={scanner.sources.map((one) => ({ value: one, words: texts.sources[one] }))}
        onChoose={(source) => choose({ source })}
      />
      <Group
        label={texts.colour}
        chosen={options.colour}
        all={scanner.colours.map((one) => ({ value: one, words: texts.colours[one] }))}
        onChoose={(colour) => choose({ colour })}
      />
      <Group
        label={texts.resolution}
        chosen={String(options.resolution)}
        all={scanner.resolutions.map((one) => ({ value: String(one), words: texts.dpi(one) }))}
        onChoose={(resolution) => choose({ resolution: Number(resolution) })}
      />
      <Group
        label={texts.format}
        chosen={options.format}
        all={scanner.formats.map((one) => ({ value: one, words: texts.formats[one] }))}
        onChoose={(format) => choose({ format })}
      />
    </div>
  );
}

function Group(props: {
  readonly label: string;
  readonly chosen: string;
  readonly all: readonly { readonly value: string; readonly words: string }[];
  readonly onChoose: (value: string) => void;
}) {
  if (props.all.length === 0) return null;
  return (
    <fieldset class="option-group">
      <legend>{props.label}</legend>
      {props.all.map(({ value, words }) => (
        <Button key={value} isPressed={value === props.chosen} onPress={() => props.onChoose(value)}>
          {words}
        </Button>
      ))}
    </fieldset>
  );
}
