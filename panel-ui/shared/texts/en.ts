import { type SharedTexts } from './texts.ts';

export const sharedTexts: SharedTexts = {
  loading: 'Loading …',
  tryAgain: 'Try again',
  close: 'Close',
  cancel: 'Cancel',
  copy: 'Copy',
  copied: 'Copied',
  whatToDo: 'What to do',
  toSupport: 'What to send to support',
  noAnswer: 'The mail agent does not answer.',
  connectionLost: 'No connection to the mail agent. Trying again …',
  wentWrong: 'That did not work',
  lamps: { green: 'green', amber: 'amber', red: 'red', off: 'off' },
};
