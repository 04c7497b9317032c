import { useState } from 'preact/hooks';
import { Button, Dialog } from '../../shared/components/index.ts';
import { useAct, useLoad, useStore } from '../../shared/store.ts';
import { NumberPad } from '../keyboard/number-pad.tsx';
import { usePanel, useWords } from '../panel.ts';
import { goTo } from '../../shared/route.ts';

/** Asks for the administrator's PIN; the digits are never shown. */
export function PinDialog(props: { readonly onAnswer: (isGiven: boolean) => void }) {
  const panel = usePanel();
  const { texts } = useWords();
  const known = useStore(panel.session)?.hasPin;
  // It may have been set on the web page since this page was opened.
  const { load } = useLoad((signal) => panel.client.call('GET /v1/session', { signal }), []);
  const hasPin = load.state === 'ready' ? load.value.hasPin : known;
  const [pin, setPin] = useState('');
  const unlock = useAct(async (given: string) => {
    try {
      await panel.unlock(given);
    } catch (error) {
      setPin('');
      throw error;
    }
    props.onAnswer(true);
  });
  if (load.state === 'loading' && known === false) return null;
  if (hasPin === false) {
    return (
      <Dialog
        title={texts.pinTitle}
        onClose={() => props.onAnswer(false)}
        actions={
          <>
            <Button onPress={() => props.onAnswer(false)}>{texts.shared.close}</Button>
            <Button
              kind="main"
              isFirst
              onPress={() => {
                props.onAnswer(false);
                goTo('/device/web');
              }}
            >
              {texts.claimTitle}
            </Button>
          </>
        }
      >
        <p>{texts.noPin}</p>
      </Dialog>
    );
  }
  return (
    <Dialog
      title={texts.pinTitle}
      class="pin"
      onClose={() => props.onAnswer(false)}
      actions={
        <>
          <Button onPress={() => props.onAnswer(false)}>{texts.shared.cancel}</Button>
          <Button kind="main" isDisabled={pin === ''} isBusy={unlock.isRunning} onPress={() => unlock.run(pin)}>
            {texts.ok}
          </Button>
        </>
      }
    >
      <div class="pin-words">
        <p>{texts.pinWhy}</p>
        <p class="pin-dots" role="status" aria-label={texts.pinDigits(pin.length)}>
          {'●'.repeat(pin.length)}
        </p>
        {unlock.error === undefined ? undefined : (
          <p class="field-error" role="alert">
            {unlock.error.message === '' ? texts.pinWrong : unlock.error.message}
          </p>
        )}
      </div>
      <NumberPad
        value={pin}
        maxLength={16}
        onInput={(value) => {
          setPin(value);
          unlock.clear();
        }}
        onEnter={unlock.run}
      />
    </Dialog>
  );
}
