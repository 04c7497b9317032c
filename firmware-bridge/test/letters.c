/* mfpmail-sendmail: its command line, and what it makes of a message. */
#include "check.h"

#include "buffer-private.h"
#include "sendmail-private.h"

#include <string.h>
#include <sysexits.h>

static void test_arguments(void) {
  static const struct {
    const char *about;
    const char *words[12];
    const char *recipients; /* With commas */
    const char *reverse_path;
    const char *full_name;
    int act;
    bool takes_header, ignores_dots, is_mistake;
  } rows[] = {
      {"plain", {"sendmail", "a@b.c"}, "a@b.c", NULL, NULL, MFPMAIL_SENDMAIL_SEND, false, false, false},
      {"cron", {"/usr/sbin/sendmail", "-FCronDaemon", "-i", "-B8BITMIME", "-oem", "a@b"}, "a@b", NULL, "CronDaemon", MFPMAIL_SENDMAIL_SEND, false, true, false},
      {"PHP", {"sendmail", "-t", "-i"}, "", NULL, NULL, MFPMAIL_SENDMAIL_SEND, true, true, false},
      {"one word", {"sendmail", "-ti"}, "", NULL, NULL, MFPMAIL_SENDMAIL_SEND, true, true, false},
      {"mutt", {"sendmail", "-oem", "-oi", "-f", "me@x", "--", "a@b", "c@d"}, "a@b,c@d", "me@x", NULL, MFPMAIL_SENDMAIL_SEND, false, true, false},
      {"a recipient with a dash", {"sendmail", "--", "-a@b"}, "-a@b", NULL, NULL, MFPMAIL_SENDMAIL_SEND, false, false, false},
      {"value in the word, -r", {"sendmail", "-rme@x", "-F", "Me", "a@b"}, "a@b", "me@x", "Me", MFPMAIL_SENDMAIL_SEND, false, false, false},
      {"null reverse-path", {"sendmail", "-f", "<>", "a@b"}, "a@b", "", NULL, MFPMAIL_SENDMAIL_SEND, false, false, false},
      {"empty reverse-path", {"sendmail", "-f", "", "a@b"}, "a@b", "", NULL, MFPMAIL_SENDMAIL_SEND, false, false, false},
      {"a user's name is no reverse-path", {"sendmail", "-f", "www-data", "a@b"}, "a@b", NULL, NULL, MFPMAIL_SENDMAIL_SEND, false, false, false},
      {"lists and names", {"sendmail", "a@b, Anna <c@d>,", "\"x, y\" <e@f>", "<g@h>"}, "a@b,c@d,e@f,g@h", NULL, NULL, MFPMAIL_SENDMAIL_SEND, false, false, false},
      {"options of others", {"sendmail", "-Am", "a@b"}, "", NULL, NULL, MFPMAIL_SENDMAIL_SEND, false, false, true},
      {"options with values that we skip", {"sendmail", "-O", "x=y", "-N", "never", "-V", "id", "-oQ/tmp", "-v", "a@b"}, "a@b", NULL, NULL, MFPMAIL_SENDMAIL_SEND, false, false, false},
      {"-bm", {"sendmail", "-bm", "a@b"}, "a@b", NULL, NULL, MFPMAIL_SENDMAIL_SEND, false, false, false},
      {"-bs", {"sendmail", "-bs"}, "", NULL, NULL, MFPMAIL_SENDMAIL_SEND, false, false, true},
      {"-bp", {"sendmail", "-bp"}, "", NULL, NULL, MFPMAIL_SENDMAIL_QUEUE, false, false, false},
      {"mailq", {"/usr/bin/mailq"}, "", NULL, NULL, MFPMAIL_SENDMAIL_QUEUE, false, false, false},
      {"newaliases", {"newaliases"}, "", NULL, NULL, MFPMAIL_SENDMAIL_NOTHING, false, false, false},
      {"-q", {"sendmail", "-q30m"}, "", NULL, NULL, MFPMAIL_SENDMAIL_NOTHING, false, false, false},
      {"nobody", {"sendmail", "-i"}, "", NULL, NULL, MFPMAIL_SENDMAIL_SEND, false, true, true},
      {"-t with recipients", {"sendmail", "-t", "a@b"}, "a@b", NULL, NULL, MFPMAIL_SENDMAIL_SEND, true, false, true},
      {"no value", {"sendmail", "a@b", "-f"}, "a@b,-f", NULL, NULL, MFPMAIL_SENDMAIL_SEND, false, false, false},
      {"no value at the end", {"sendmail", "-t", "-f"}, "", NULL, NULL, MFPMAIL_SENDMAIL_SEND, true, false, true},
      {"-bs, whatever else", {"sendmail", "-bs", "a@b"}, "a@b", NULL, NULL, MFPMAIL_SENDMAIL_SEND, false, false, true},
      {"no such option", {"sendmail", "-Z", "a@b"}, "a@b", NULL, NULL, MFPMAIL_SENDMAIL_SEND, false, false, true},
      {"an open bracket", {"sendmail", "<a@b"}, "", NULL, NULL, MFPMAIL_SENDMAIL_SEND, false, false, true},
      {"an open quote", {"sendmail", "\"a@b"}, "", NULL, NULL, MFPMAIL_SENDMAIL_SEND, false, false, true},
  };
  static mfpmail_sendmail_t sendmail;
  for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
    char *words[13];
    char joined[4000] = "";
    int count = 0;
    for (; count < 12 && rows[n].words[count] != NULL; count++) words[count] = (char *)(size_t)rows[n].words[count];
    words[count] = NULL;
    check_about(rows[n].about);
    mfpmail_sendmail_read(&sendmail, count, words);
    CHECK((sendmail.mistake != NULL) == rows[n].is_mistake);
    CHECK_NUMBER(sendmail.act, rows[n].act);
    if (strcmp(rows[n].about, "options of others") == 0) continue;
    CHECK(sendmail.takes_header_recipients == rows[n].takes_header && sendmail.ignores_dots == rows[n].ignores_dots);
    CHECK_TEXT(sendmail.reverse_path == NULL ? "(none)" : sendmail.reverse_path,
               rows[n].reverse_path == NULL ? "(none)" : rows[n].reverse_path);
    CHECK_TEXT(sendmail.full_name == NULL ? "(none)" : sendmail.full_name,
               rows[n].full_name == NULL ? "(none)" : rows[n].full_name);
    for (size_t one = 0; one < sendmail.recipient_count; one++) {
      if (one > 0) (void)strcat(joined, ",");
      (void)strcat(joined, sendmail.recipients[one]);
    }
    CHECK_TEXT(joined, rows[n].recipients);
  }
  check_about("more than 100 recipients");
  memset(&sendmail, 0, sizeof(sendmail));
  for (int n = 0; n < 100; n++) CHECK(mfpmail_sendmail_add_recipients(&sendmail, "a@b"));
  CHECK(!mfpmail_sendmail_add_recipients(&sendmail, "a@b"));
}

static bool add(void *data, const char *octets, size_t size) {
  return mfpmail_buffer_add(data, octets, size);
}

static void test_letter(void) {
  static const struct {
    const char *about;
    bool ignores_dots;
    const char *from, *in, *out;
  } rows[] = {
      {"line ends", true, NULL, "To: a\nX: b\n\nc\r\nd", "To: a\r\nX: b\r\n\r\nc\r\nd\r\n"},
      {"a bare CR is left to the agent", true, NULL, "To: a\n\nb\rc\r", "To: a\r\n\r\nb\rc\r\r\n"},
      {"a lone dot ends it", false, NULL, "To: a\n\nb\n.\nc\n", "To: a\r\n\r\nb\r\n"},
      {"with CRLF too", false, NULL, "To: a\r\n\r\nb\r\n.\r\nc\r\n", "To: a\r\n\r\nb\r\n"},
      {"and at the very end", false, NULL, "To: a\n\nb\n.", "To: a\r\n\r\nb\r\n"},
      {"not with -i", true, NULL, "To: a\n\nb\n.\nc\n", "To: a\r\n\r\nb\r\n.\r\nc\r\n"},
      {"other dots stay", false, NULL, "To: a\n\n..\n.b\n...\n", "To: a\r\n\r\n..\r\n.b\r\n...\r\n"},
      {"a dot in the header", false, NULL, "To: a\n.\nX: y\n", "To: a\r\n"},
      {"a dot in the header, with -i", true, NULL, "To: a\n.\nX: y\n", "To: a\r\n.\r\nX: y\r\n"},
      {"a line that begins with a dot in the header", false, NULL, "To: a\n.b\nc\n", "To: a\r\n.b\r\nc\r\n"},
      {"a mailbox's line that is not the first", true, NULL, "To: a\nFrom here\n\nb\n", "To: a\r\nFrom here\r\n\r\nb\r\n"},
      {"a mailbox's first line", true, NULL, "From anna Sat Nov 21 07:00:00 2026\nTo: a\n\nb\n", "To: a\r\n\r\nb\r\n"},
      {"only the first", true, NULL, "To: a\n\nFrom here on\n", "To: a\r\n\r\nFrom here on\r\n"},
      {"From is added", true, "From: x\r\n", "To: a\n\nb\n", "To: a\r\nFrom: x\r\n\r\nb\r\n"},
      {"not where there is one", true, "From: x\r\n", "fRoM: y\n\nb\n", "fRoM: y\r\n\r\nb\r\n"},
      {"From in the body is none", true, "From: x\r\n", "To: a\n\nFrom: y\n", "To: a\r\nFrom: x\r\n\r\nFrom: y\r\n"},
      {"folded lines", true, "From: x\r\n", "To: a,\n  b: c\n\td\n\ne\n", "To: a,\r\n  b: c\r\n\td\r\nFrom: x\r\n\r\ne\r\n"},
      {"no header at all", true, "From: x\r\n", "hello\n", "From: x\r\n\r\nhello\r\n"},
      {"no header, nothing to add", true, NULL, "hello\n", "hello\r\n"},
      {"no empty line", true, "From: x\r\n", "To: a\nhello there\n", "To: a\r\nFrom: x\r\n\r\nhello there\r\n"},
      {"only a header", true, "From: x\r\n", "To: a\n", "To: a\r\nFrom: x\r\n"},
      {"nothing", true, "From: x\r\n", "", "From: x\r\n"},
      {"an empty header", true, "From: x\r\n", "\nbody\n", "From: x\r\n\r\nbody\r\n"},
      {"a name that begins alike", true, "From: x\r\n", "From-Line: y\nFromage: z\n\n", "From-Line: y\r\nFromage: z\r\nFrom: x\r\n\r\n"},
      {"8-bit text", true, NULL, "Gr\xC3\xBC\xC3\x9F: x\n", "Gr\xC3\xBC\xC3\x9F: x\r\n"},
      {"a line longer than any name", true, "From: x\r\n", "Xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", "From: x\r\n\r\nXxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"},
  };
  for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
    check_about(rows[n].about);
    size_t size = strlen(rows[n].in);
    for (size_t piece = 1; piece <= (size == 0 ? 1 : size); piece += piece < 3 ? 1 : size + 1) {
      mfpmail_letter_t letter;
      mfpmail_buffer_t out;
      bool goes_on = true;
      mfpmail_buffer_init(&out, 10000);
      mfpmail_letter_init(&letter, rows[n].ignores_dots, rows[n].from, add, &out);
      for (size_t at = 0; at < size && goes_on; at += piece)
        goes_on = mfpmail_letter_feed(&letter, rows[n].in + at, size - at < piece ? size - at : piece);
      CHECK(mfpmail_letter_end(&letter));
      CHECK_TEXT(mfpmail_buffer_text(&out), rows[n].out);
      mfpmail_buffer_free(&out);
    }
  }
}

void test_letters(void) {
  test_arguments();
  test_letter();
  check_about("exit codes");
  CHECK_NUMBER(mfpmail_sendmail_exit_code(MFPMAIL_OK, ""), EX_OK);
  CHECK_NUMBER(mfpmail_sendmail_exit_code(MFPMAIL_TEMPORARY, "daemon-not-running"), EX_TEMPFAIL);
  CHECK_NUMBER(mfpmail_sendmail_exit_code(MFPMAIL_UNKNOWN, "connection-lost"), EX_TEMPFAIL);
  CHECK_NUMBER(mfpmail_sendmail_exit_code(MFPMAIL_REFUSED, "bad-address"), EX_NOUSER);
  CHECK_NUMBER(mfpmail_sendmail_exit_code(MFPMAIL_REFUSED, "message-too-large"), EX_DATAERR);
  CHECK_NUMBER(mfpmail_sendmail_exit_code(MFPMAIL_REFUSED, "no-permission"), EX_NOPERM);
  CHECK_NUMBER(mfpmail_sendmail_exit_code(MFPMAIL_REFUSED, "a-code-of-the-future"), EX_UNAVAILABLE);
  CHECK_NUMBER(mfpmail_sendmail_exit_code(MFPMAIL_USAGE, "source-failed"), EX_IOERR);
  CHECK_NUMBER(mfpmail_sendmail_exit_code(MFPMAIL_USAGE, "usage"), EX_USAGE);
}
