import { useState } from 'preact/hooks';
import { Button, ErrorNotice, GuidanceNotice } from '../../shared/components/index.ts';
import { goTo } from '../../shared/route.ts';
import { useAct } from '../../shared/store.ts';
import type { Guidance } from '../../../src/guidance/index.ts';
import { NumberPad } from '../keyboard/number-pad.tsx';
import { usePanel, useWords } from '../panel.ts';

/** The number that stood on the phone, looked up. */
export function PhoneNumberView() {
  const { client } = usePanel();
  const { texts } = useWords();
  const [digits, setDigits] = useState('');
  const [guidance, setGuidance] = useState<Guidance>();
  const look = useAct(async (number: string) => {
    setGuidance(await client.call('POST /v1/guidance', { body: { aadsts: Number(number) } }));
  });
  if (guidance !== undefined) {
    return (
      <div class="view">
        <div class="scrolls grow" tabIndex={0}>
          <GuidanceNotice guidance={guidance} />
        </div>
        <div class="bar">
          <Button
            isFirst
            onPress={() => {
              setGuidance(undefined);
              setDigits('');
            }}
          >
            {texts.phoneTitle}
          </Button>
          <Button kind="main" onPress={() => goTo('/sign-in')}>
            {texts.signIn}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <div class="view">
      <div class="pad-view grow">
        <div class="pad-words">
          <p>{texts.phoneAsk}</p>
          <p class="pad-value" role="status" aria-label={texts.phoneNumber}>
            <span class="soft">AADSTS</span>
            {digits}
          </p>
          {look.error === undefined ? undefined : <ErrorNotice error={look.error} />}
        </div>
        <NumberPad value={digits} maxLength={8} onInput={setDigits} onEnter={look.run} />
      </div>
      <div class="bar">
        <Button onPress={() => goTo('/sign-in')}>{texts.phoneNone}</Button>
        <Button kind="main" isDisabled={digits === ''} isBusy={look.isRunning} onPress={() => look.run(digits)}>
          {texts.phoneLookUp}
        </Button>
      </div>
    </div>
  );
}
