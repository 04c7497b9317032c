import { useSharedWords } from './words.ts';

/** The lamp of the device. Each colour has its own shape and name, since not everybody tells red from green. */
export function Lamp(props: { readonly lamp: 'green' | 'amber' | 'red' | 'off'; readonly isLarge?: boolean }) {
  const words = useSharedWords();
  return (
    <svg
      class={`lamp lamp-${props.lamp}${props.isLarge === true ? ' lamp-large' : ''}`}
      viewBox="0 0 24 24"
      role="img"
      aria-label={words.lamps[props.lamp]}
    >
      {props.lamp === 'amber' ? (
        <>
          <path class="lamp-body" d="M12 2 23 21.5H1z" />
          <path class="lamp-mark" d="M12 9v6M12 17.5v1" />
        </>
      ) : (
        <>
          <circle class="lamp-body" cx="12" cy="12" r="11" />
          {props.lamp === 'green' ? <path class="lamp-mark" d="m7 12.5 3.5 3.5L17 9" /> : undefined}
          {props.lamp === 'red' ? <path class="lamp-mark" d="m8 8 8 8m0-8-8 8" /> : undefined}
        </>
      )}
    </svg>
  );
}
