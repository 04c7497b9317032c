import { useLayoutEffect, useRef } from 'preact/hooks';
import { Button } from '../../shared/components/index.ts';
import { useWords } from '../panel.ts';

/** Ten digits for fingers; digits of a real keyboard count as well. */
export function NumberPad(props: {
  readonly value: string;
  readonly maxLength: number;
  readonly onInput: (value: string) => void;
  /** OK after digits of a real keyboard. */
  readonly onEnter: (value: string) => void;
}) {
  const { texts } = useWords();
  // Fast fingers press twice before the first digit is drawn.
  const value = useRef(props.value);
  /** After digit keys of the device OK means done; after arrow keys it presses the digit that has the focus. */
  const isTyping = useRef(false);
  value.current = props.value;
  const change = (next: string) => {
    if (next.length > props.maxLength) return;
    value.current = next;
    props.onInput(next);
  };
  const type = (digit: string) => change(value.current + digit);
  const erase = () => change(value.current.slice(0, -1));
  useLayoutEffect(() => {
    const heard = (event: KeyboardEvent) => {
      if (/^[0-9]$/.test(event.key)) {
        event.preventDefault();
        isTyping.current = true;
        type(event.key);
      } else if (event.key === 'Enter' && isTyping.current) {
        event.preventDefault();
        if (value.current !== '') props.onEnter(value.current);
      } else if (event.key.startsWith('Arrow') || event.key === 'Tab') isTyping.current = false;
      else if (event.key === 'Backspace' && value.current !== '') {
        // Takes a digit away first, and is Back only where there is none.
        event.preventDefault();
        event.stopImmediatePropagation();
        erase();
      }
    };
    document.addEventListener('keydown', heard, { capture: true });
    return () => document.removeEventListener('keydown', heard, { capture: true });
  });
  return (
    <div class="number-pad">
      {['1', '2', '3', '4', '5', '6', '7', '8', '9'].map((digit) => (
        <Button key={digit} isFirst={digit === '5'} onPress={() => type(digit)}>
          {digit}
        </Button>
      ))}
      <span />
      <Button onPress={() => type('0')}>0</Button>
      <Button label={texts.deleteDigit} isDisabled={props.value === ''} onPress={erase}>
        <svg viewBox="0 0 24 24" aria-hidden="true" class="icon">
          <path d="M21 5H9l-7 7 7 7h12zM11 9l6 6m0-6-6 6" />
        </svg>
      </Button>
    </div>
  );
}
