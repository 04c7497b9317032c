import { useState } from 'preact/hooks';
import { Button, GuidanceNotice, Notice, Show } from '../../shared/components/index.ts';
import { goTo } from '../../shared/route.ts';
import { useLoad } from '../../shared/store.ts';
import { NumberPad } from '../keyboard/number-pad.tsx';
import { usePanel, useWords } from '../panel.ts';

/** Explains every number, in every cloud. @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const vendorPage = 'login.microsoftonline.com/error';

/** The number that stood on the phone, looked up. */
export function PhoneNumberView() {
  const { texts } = useWords();
  const [digits, setDigits] = useState('');
  const [asked, setAsked] = useState<string>();
  if (asked !== undefined) {
    const again = () => {
      setAsked(undefined);
      setDigits('');
    };
    return <Explained number={Number(asked)} onAgain={again} />;
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
        </div>
        <NumberPad value={digits} maxLength={8} onInput={setDigits} onEnter={setAsked} />
      </div>
      <div class="bar">
        <Button onPress={() => goTo('/sign-in')}>{texts.phoneNone}</Button>
        <Button kind="main" isDisabled={digits === ''} onPress={() => setAsked(digits)}>
          {texts.phoneLookUp}
        </Button>
      </div>
    </div>
  );
}

function Explained(props: { readonly number: number; readonly onAgain: () => void }) {
  const { client } = usePanel();
  const { texts, language } = useWords();
  const { number, onAgain } = props;
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
        <Button isFirst onPress={onAgain}>
          {texts.phoneTitle}
        </Button>
        <Button kind="main" onPress={() => goTo('/sign-in')}>
          {texts.signIn}
        </Button>
      </div>
    </div>
  );
}
