import { type SharedTexts } from './texts.ts';

export const sharedTexts: SharedTexts = {
  loading: 'Loading …',
  tryAgain: 'Try again',
  close: 'Close',
  cancel: 'Cancel',
  copy: 'Copy',
  copied: 'Copied',
  whatToDo: 'What to do',
  toPassOn: 'What to pass on',
  whoMends: 'Who can help:',
  people: {
    person: 'the person who scans',
    technician: 'a technician at the device',
    administrator: 'an administrator of the organisation',
    network: 'whoever looks after the network',
    developer: 'support',
    nobody: 'nobody; it mends itself',
  },
  toSupport: 'What to send to support',
  noAnswer: 'The mail agent does not answer.',
  connectionLost: 'No connection to the mail agent. Trying again …',
  wentWrong: 'That did not work',
  lamps: { green: 'green', amber: 'amber', red: 'red', off: 'off' },
};
