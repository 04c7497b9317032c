/** From the first page to Send. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ScanSummary } from '../../../src/core/index.ts';
import { Button, Dialog, Empty, ErrorNotice, GuidanceNotice, Show } from '../../shared/components/index.ts';
import { goTo } from '../../shared/route.ts';
import { useAct, useLoad, useStore } from '../../shared/store.ts';
import { usePanel, useWords } from '../panel.ts';
import { freshKey, ticketOf } from '../scan-draft.ts';

const askEveryMs = 1000;

/** Pages as they come, more of them, and Send. */
export function ScanRunView() {
  const panel = usePanel();
  const { texts } = useWords();
  const scan = useStore(panel.scan);
  const [isAsking, setAsking] = useState(false);
  useFollowedScan(scan);
  // One key for this scan: pressing Send again after a lost answer makes no second job.
  const key = useRef('');
  const send = useAct(async (one: ScanSummary) => {
    key.current ||= freshKey(crypto.getRandomValues(new Uint8Array(16)));
    const draft = panel.draft.get();
    const job = await panel.client.call('POST /v1/scans/:id/submit', {
      params: { id: one.id },
      body: { ticket: ticketOf(draft, key.current), format: formatOf(one, draft.options?.format) },
    });
    panel.ownJob.set({ key: key.current, queueId: job.queueId, pages: one.pages.length });
    panel.scan.set(undefined);
    goTo('/scan/result', { replace: true });
  });
  const more = useAct(async (one: ScanSummary) =>
    panel.scan.set(await panel.client.call('POST /v1/scans/:id/more', { params: { id: one.id } })),
  );
  const discard = useAct(async (one: ScanSummary) => {
    await panel.client.call('DELETE /v1/scans/:id', { params: { id: one.id } });
    panel.scan.set(undefined);
    goTo('/scan', { replace: true });
  });
  if (scan === undefined) return <Gone />;
  const error = send.error ?? more.error ?? discard.error;
  const isScanning = scan.state === 'scanning';
  const count = scan.pages.length;
  return (
    <div class="view">
      <div class="scan-head">
        {isScanning ? <span class="spinner" aria-hidden="true" /> : undefined}
        <h2 aria-live="polite">
          {isScanning
            ? texts.scanningPage(count + 1)
            : scan.state === 'failed'
              ? texts.scanFailed
              : texts.pagesScanned(count)}
        </h2>
      </div>
      <div class="pages grow scrolls">
        {scan.state === 'failed' && scan.trouble !== undefined ? <ScanTrouble code={scan.trouble} /> : undefined}
        {scan.pages.map(({ n, hasPreview }) => (
          <figure key={n}>
            {hasPreview ? (
              <img src={`/v1/scans/${encodeURIComponent(scan.id)}/pages/${String(n)}`} alt={texts.pageLabel(n)} />
            ) : (
              <svg viewBox="0 0 24 24" aria-hidden="true" class="icon page-icon">
                <path d="M6 2h8l5 5v15H6zM14 2v5h5M9 12h7M9 16h7" />
              </svg>
            )}
            <figcaption>{texts.pageLabel(n)}</figcaption>
          </figure>
        ))}
      </div>
      {error === undefined ? undefined : <ErrorNotice error={error} />}
      <div class="bar">
        <Button
          kind="danger"
          isBusy={discard.isRunning}
          onPress={() => {
            if (count === 0) discard.run(scan);
            else setAsking(true);
          }}
        >
          {isScanning ? texts.shared.cancel : texts.discard}
        </Button>
        <Button isDisabled={isScanning} isBusy={more.isRunning} onPress={() => more.run(scan)}>
          {texts.morePages}
        </Button>
        <Button
          kind="main"
          class="start-button"
          isFirst
          isDisabled={isScanning || count === 0}
          isBusy={send.isRunning}
          onPress={() => send.run(scan)}
        >
          {texts.send}
        </Button>
      </div>
      {isAsking ? (
        <Dialog
          title={texts.discardAsk}
          onClose={() => setAsking(false)}
          actions={
            <>
              <Button isFirst onPress={() => setAsking(false)}>
                {texts.shared.cancel}
              </Button>
              <Button
                kind="danger"
                onPress={() => {
                  setAsking(false);
                  discard.run(scan);
                }}
              >
                {texts.discard}
              </Button>
            </>
          }
        >
          <p>{texts.pagesScanned(count)}</p>
        </Dialog>
      ) : undefined}
    </div>
  );
}

/** The wished format if these pages can be sent as it. */
function formatOf(scan: ScanSummary, wished: string | undefined): string {
  return scan.formats.find((one) => one === wished) ?? scan.formats[0] ?? 'pdf';
}

function Gone() {
  const { texts } = useWords();
  return (
    <Empty
      action={
        <Button isFirst onPress={() => goTo('/scan')}>
          {texts.scan}
        </Button>
      }
    >
      {texts.shared.wentWrong}
    </Empty>
  );
}

function ScanTrouble(props: { readonly code: string }) {
  const { client } = usePanel();
  const { language } = useWords();
  const loaded = useLoad(
    (signal) => client.call('POST /v1/guidance', { body: { code: props.code }, signal }),
    [props.code, language],
  );
  return <Show loaded={loaded}>{(guidance) => <GuidanceNotice guidance={guidance} />}</Show>;
}

/** Events bring pages at once; asking as well costs little and survives a lost stream. */
function useFollowedScan(scan: ScanSummary | undefined): void {
  const panel = usePanel();
  const id = scan?.id;
  const isScanning = scan?.state === 'scanning';
  useEffect(() => {
    if (id === undefined || !isScanning) return undefined;
    const end = new AbortController();
    const timer = window.setInterval(() => {
      panel.client.call('GET /v1/scans/:id', { params: { id }, signal: end.signal }).then(
        (next) => {
          if (panel.scan.get()?.id === next.id) panel.scan.set(next);
        },
        () => undefined,
      );
    }, askEveryMs);
    return () => {
      end.abort();
      window.clearInterval(timer);
    };
  }, [id, isScanning, panel]);
}
