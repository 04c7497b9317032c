/**
 * SMTP dialogues that every agent must hold, wherever it runs: `test/intake/` plays them in this process, `test/image/` on the
 * devices. They hand in no message that stays, or one whose subject begins with "dialogue".
 */
export const doorDialogues: readonly (readonly [name: string, script: string])[] = [
  [
    'the whole way, one command at a time',
    `S: 220
     C: EHLO mfp
     S: 250
     S+ PIPELINING
     S+ 8BITMIME
     S+ SIZE
     C: MAIL FROM:<scan@contoso.com> SIZE=200
     S: 250 2.1.0
     C: RCPT TO:<anna@contoso.com>
     S: 250 2.1.5
     C: DATA
     S: 354
     C: Subject: dialogue 1
     C:
     C: ..a line that begins with a dot
     C: .
     S: 250 2.6.0 Accepted as
     C: QUIT
     S: 221
     S: <closed>`,
  ],
  [
    'an old client: HELO, everything at once, lower case',
    `S: 220
     C: helo mfp
     S: 250
     C: mail from:<scan@contoso.com>
     C: rcpt to:<anna@contoso.com>
     C: data
     S: 250
     S: 250
     S: 354
     C: subject: dialogue 2
     C:
     C: page
     C: .
     C: quit
     S: 250 2.6.0
     S: 221`,
  ],
  [
    'user name and password of a printer that insists on them',
    `S: 220
     C: EHLO mfp
     S: 250
     S+ AUTH PLAIN LOGIN
     C: AUTH LOGIN
     S: 334 VXNlcm5hbWU6
     C: c2Nhbg==
     S: 334 UGFzc3dvcmQ6
     C: c2VjcmV0
     S: 235
     C: QUIT
     S: 221`,
  ],
  [
    'commands in the wrong order, and words that are none',
    `S: 220
     C: DATA
     S: 503
     C: EHLO mfp
     S: 250
     C: RCPT TO:<anna@contoso.com>
     S: 503
     C: MAIL FROM:<not an address>
     S: 553
     C: XYZZY
     S: 500
     C: RSET
     S: 250
     C: NOOP
     S: 250
     C: QUIT
     S: 221`,
  ],
  [
    'a message larger than is taken, said before it was sent',
    `S: 220
     C: EHLO mfp
     S: 250
     C: MAIL FROM:<scan@contoso.com> SIZE=999999999
     S: 552 5.3.4
     C: QUIT
     S: 221`,
  ],
  [
    'a client that goes away in the middle of its message leaves nothing behind',
    `S: 220
     C: EHLO mfp
     S: 250
     C: MAIL FROM:<scan@contoso.com>
     S: 250
     C: RCPT TO:<anna@contoso.com>
     S: 250
     C: DATA
     S: 354
     C: Subject: never
     C:
     C: half a page
     C: <close>`,
  ],
];
