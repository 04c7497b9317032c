import { describe, expect, test } from '@jest/globals';
import { parseClientId } from '../../src/cloud/index.ts';
import { MailError } from '../../src/core/index.ts';

const id = 'fad8cd81-a4a6-4e50-b186-5d84f6c275a5';

function refusal(text: string): MailError {
  try {
    parseClientId(text);
  } catch (error) {
    if (error instanceof MailError) return error;
  }
  throw new Error(`accepted ${text}`);
}

describe('parseClientId', () => {
  test.each([
    [id, 'as registered'],
    [` ${id}\r\n`, 'pasted with white space'],
    [id.toUpperCase(), 'capitals, as some portals copy it'],
    [`{${id}}`, 'with braces, as Windows tools write GUIDs'],
  ])('accepts %j (%s)', (text) => {
    expect(parseClientId(text)).toBe(id);
  });

  test.each([
    // The printed 21Vianet steps: their consent link lost the fourth hyphen, their settings table has it.
    [
      'fad8cd81-a4a6-4e50-b1865d84f6c275a5',
      'the fourth group has 16 digits instead of 4, and the fifth group is missing',
    ],
    ['fad8cd81-a4a6-4e50-b1865d84f6c275a5', 'all 32 digits are there, only a hyphen is wrong'],
    // Without any hyphen
    ['fad8cd81a4a64e50b1865d84f6c275a5', 'the first group has 32 digits instead of 8'],
    // A digit lost, a digit too many
    ['fad8cd8-a4a6-4e50-b186-5d84f6c275a5', 'the first group has 7 digits instead of 8'],
    ['fad8cd81-a4a6-4e50-b186-5d84f6c275a55', 'the fifth group has 13 digits instead of 12'],
    ['fad8cd81-a4a6-4-b186-5d84f6c275a5', 'the third group has 1 digit instead of 4'],
    [`${id}-00`, 'there is 1 group too many'],
    // Letters that are no digits: O for 0 is the usual one
    ['fad8cd81-a4a6-4e5O-b186-5d84f6c275a5', 'it has the character "o"'],
    // Word processors
    ['fad8cd81–a4a6–4e50–b186–5d84f6c275a5', 'type the hyphens again'],
    ['fad8cd81-a4a6 -4e50-b186-5d84f6c275a5', 'a space inside'],
    // Another value of the same portal page
    ['abc8Q~DefGhIjKlMnOpQrStUvWxYz0123456789_', 'looks like a client secret'],
    ['https://login.microsoftonline.com/common/adminconsent?client_id=x', 'it is a web address'],
    // Placeholder of documentation
    ['00000000-0000-0000-0000-000000000000', 'all zeros'],
  ])('refuses %j and says what to correct', (text, hint) => {
    const error = refusal(text);
    expect(error.code).toBe('client-id-malformed');
    expect(error.details['hint']).toContain(hint);
    expect(error.details['field']).toBe('service.clientId');
  });

  test.each(['', '   ', '{}'])('says that %j is missing', (text) => {
    expect(refusal(text).code).toBe('client-id-missing');
  });
});
