import { describe, expect, test } from '@jest/globals';
import { passwordProblem, pinProblem } from '../../src/access/password-rules.ts';

describe('a password', () => {
  test.each<[string, string | undefined]>([
    ['', 'too-short'],
    ['abc1234', 'too-short'],
    ['äöüßäöü', 'too-short'], // seven letters, fourteen octets
    ['x'.repeat(129), 'too-long'],
    ['password', 'too-common'],
    ['PassWord', 'too-common'], // case helps nobody
    ['password2026!', 'too-common'], // nor what everybody adds
    ['qwertyuiop', 'too-common'],
    ['baseball', 'too-common'],
    ['12345678', 'too-common'],
    ['aaaaaaaaaa', 'too-common'],
    ['abababababab', 'too-common'],
    ['hijklmnopq', 'too-common'],
    ['printer7 stairs', undefined], // no rules of composition
    ['alllowercasewords', undefined],
    ['printer ist kaputt', undefined], // blanks are letters
    ['密码密码传真机打印件', undefined],
    [`${'long '.repeat(25)}end`, undefined], // 128
  ])('%j: %s', (password, problem) => {
    expect(passwordProblem(password)).toBe(problem);
  });

  test('is the same however its accents are typed', () => {
    expect(passwordProblem('e\u0301e\u0301e\u0301e\u0301abc')).toBe('too-short'); // seven letters in eleven code points
  });
});

test.each<[string, string | undefined]>([
  ['', 'pin-format'],
  ['123', 'pin-format'],
  ['12a4', 'pin-format'],
  ['1'.repeat(17), 'pin-format'],
  ['0000', 'too-common'],
  ['1212', 'too-common'],
  ['1234', 'too-common'],
  ['98765', 'too-common'],
  ['2580', undefined],
  ['90125437', undefined],
])('the PIN %j: %s', (pin, problem) => {
  expect(pinProblem(pin)).toBe(problem);
});
