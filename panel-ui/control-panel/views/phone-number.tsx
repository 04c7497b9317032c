import { useState } from 'preact/hooks';
import { Button, GuidanceNotice, Notice, Show } from '../../shared/components/index.ts';
import { goTo } from '../../shared/route.ts';
import { useLoad } from '../../shared/store.ts';
import { NumberPad } from '../keyboard/number-pad.tsx';
import { usePanel, useWords } from '../panel.ts';

/** Explains every number, in every cloud. @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const vendorPage = 'login.microsoftonline.com/error';

/** The number that stood on the phone, looked up. @param props.number '' before it has been typed */
export function PhoneNumberView(props: { readonly number: string }) {
  return /^\d{1,8}$/.test(props.number) ? <Explained number={Number(props.number)} /> : <Ask />;
}

const lookUp = (digits: string) => goTo(`/sign-in/phone/${digits}`);

function Ask() {
  const { texts } = useWords();
  const [digits, setDigits] = useState('');
  return (
    <div class="view">
      <div class="pad-view grow">
        <div class="pad-words">
          <p>{texts.phoneAsk}</p>
          <p class="pad-value" role="status" aria-label={texts.phoneNumber}>
            <span class="soft">AADSTS</span>
            {digits}
          </p>
        </div>
        <NumberPad value={digits} maxLength={8} onInput={setDigits} onEnter={lookUp} />
      </div>
      <div class="bar">
        <Button onPress={() => goTo('/sign-in')}>{texts.phoneNone}</Button>
        <Button kind="main" isDisabled={digits === ''} onPress={() => lookUp(digits)}>
          {texts.phoneLookUp}
        </Button>
      </div>
    </div>
  );
}

function Explained(props: { readonly number: number }) {
  const { client } = usePanel();
  const { texts, language } = useWords();
  const { number } = props;
  const loaded = useLoad(
    (signal) => client.call('POST /v1/guidance', { body: { aadsts: number }, signal }),
    [number, language],
  );
  // A number nobody knows is refused as a bad question.
  const isUnknown = loaded.load.state === 'error' && loaded.load.error.code === 'bad-request';
  return (
    <div class="view">
      <div class="scrolls grow" tabIndex={0}>
        {isUnknown ? (
          <Notice kind="info">
            <p>{texts.phoneUnknown(`AADSTS${String(number)}`, vendorPage)}</p>
          </Notice>
        ) : (
          <Show loaded={loaded}>{(guidance) => <GuidanceNotice guidance={guidance} />}</Show>
        )}
      </div>
      <div class="bar">
        <Button isFirst onPress={() => goTo('/sign-in/phone')}>
          {texts.phoneTitle}
        </Button>
        <Button kind="main" onPress={() => goTo('/sign-in')}>
          {texts.signIn}
        </Button>
      </div>
    </div>
  );
}
