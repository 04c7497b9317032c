/* What people see. */
#include "command-private.h"

#include <string.h>

void mfpmail_print_text(FILE *file, const char *text) {
  for (; *text != '\0'; text++) {
    unsigned char one = (unsigned char)*text;
    /* U+0080 to U+009F are C2 80 to C2 9F: terminals take some of them for escape sequences. */
    bool is_c1 = one == 0xC2 && (unsigned char)text[1] >= 0x80 && (unsigned char)text[1] <= 0x9F;
    if (is_c1) text++;
    (void)fputc(is_c1 || one < 0x20 || one == 0x7F ? '?' : *text, file);
  }
}

void mfpmail_print_line(FILE *file, const char *name, const char *text) {
  if (text[0] == '\0') return;
  (void)fprintf(file, "%-11s ", name);
  mfpmail_print_text(file, text);
  (void)fputc('\n', file);
}

void mfpmail_print_job(const mfpmail_job_t *job) {
  mfpmail_print_line(stdout, "job", mfpmail_job_id(job));
  mfpmail_print_line(stdout, "state", mfpmail_job_state_name(job));
  if (mfpmail_job_is_repeat(job)) mfpmail_print_line(stdout, "repeat", "yes, this job existed already");
  mfpmail_print_line(stdout, "subject", mfpmail_job_subject(job));
  for (size_t n = 0; n < mfpmail_job_recipient_count(job); n++) {
    (void)fputs("to          ", stdout);
    mfpmail_print_text(stdout, mfpmail_job_recipient_address(job, n));
    (void)fputs(": ", stdout);
    mfpmail_print_text(stdout, mfpmail_job_recipient_state(job, n));
    if (mfpmail_job_recipient_reply(job, n)[0] != '\0') {
      (void)fputs(", ", stdout);
      mfpmail_print_text(stdout, mfpmail_job_recipient_reply(job, n));
    }
    (void)fputc('\n', stdout);
  }
  mfpmail_print_line(stdout, "held", mfpmail_job_hold_reason(job));
  mfpmail_print_line(stdout, "last reply", mfpmail_job_last_reply(job));
  mfpmail_print_line(stdout, "server id", mfpmail_job_server_message_id(job));
  if (mfpmail_job_is_possible_duplicate(job)) mfpmail_print_line(stdout, "note", "may have arrived twice");
  mfpmail_print_line(stdout, "advice", mfpmail_job_advice(job));
}

void mfpmail_print_panel(const mfpmail_panel_t *panel) {
  static const char *const keys[] = {"ok", "back", "up", "down"};
  (void)printf("lamp %s\n", mfpmail_lamp_word(mfpmail_panel_lamp(panel)));
  for (size_t n = 0; n < mfpmail_panel_rows(panel) && n < 4; n++) {
    (void)fputs("| ", stdout);
    mfpmail_print_text(stdout, mfpmail_panel_line(panel, n));
    (void)fputc('\n', stdout);
  }
  for (int key = 0; key < 4; key++) {
    const char *label = mfpmail_panel_key(panel, (mfpmail_key_t)key);
    if (label[0] == '\0') continue;
    (void)printf("[%s] ", keys[key]);
    mfpmail_print_text(stdout, label);
    (void)fputs("  ", stdout);
  }
  (void)fputc('\n', stdout);
}

const char *mfpmail_lamp_word(mfpmail_lamp_t lamp) {
  static const char *const words[] = {"off", "green", "amber", "red"};
  return words[lamp];
}

int mfpmail_print_failure(const mfpmail_client_t *client, mfpmail_result_t result) {
  (void)fputs("mfpmail: ", stderr);
  mfpmail_print_text(stderr, mfpmail_client_sentence(client));
  (void)fputs(" (", stderr);
  mfpmail_print_text(stderr, mfpmail_client_code(client));
  (void)fputs(")\n", stderr);
  for (size_t n = 0; n < mfpmail_client_consequence_count(client); n++) {
    (void)fputs("  --accept ", stderr);
    mfpmail_print_text(stderr, mfpmail_client_consequence_code(client, n));
    (void)fputs("  ", stderr);
    mfpmail_print_text(stderr, mfpmail_client_consequence_message(client, n));
    (void)fputc('\n', stderr);
  }
  switch (result) {
  case MFPMAIL_OK:
    return MFPMAIL_EXIT_DONE;
  case MFPMAIL_TEMPORARY:
    return MFPMAIL_EXIT_TEMPORARY;
  case MFPMAIL_UNKNOWN:
    (void)fputs("mfpmail: perhaps done; repeat it with the same --key\n", stderr);
    return MFPMAIL_EXIT_UNKNOWN;
  case MFPMAIL_USAGE:
    return MFPMAIL_EXIT_USAGE;
  default:
    return mfpmail_client_consequence_count(client) > 0 ? MFPMAIL_EXIT_PERSON : MFPMAIL_EXIT_REFUSED;
  }
}

int mfpmail_print_usage(const char *sentence, const char *word) {
  (void)fprintf(stderr, "mfpmail: %s", sentence);
  if (word != NULL) {
    (void)fputs(": ", stderr);
    mfpmail_print_text(stderr, word);
  }
  (void)fputs("; see mfpmail --help\n", stderr);
  return MFPMAIL_EXIT_USAGE;
}
