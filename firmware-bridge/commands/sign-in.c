/* mfpmail sign-in */
#include "command-private.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

/* A device code lives 15 minutes. */
#define LONGEST_S 1200

static void print_step(const mfpmail_sign_in_t *sign_in) {
  mfpmail_print_line(stdout, "sign-in", mfpmail_sign_in_step_name(sign_in));
  mfpmail_print_line(stdout, "open", mfpmail_sign_in_uri(sign_in));
  mfpmail_print_line(stdout, "code", mfpmail_sign_in_user_code(sign_in));
  if (mfpmail_sign_in_step(sign_in) == MFPMAIL_SIGN_IN_CODE && !mfpmail_sign_in_is_known_host(sign_in))
    mfpmail_print_line(stdout, "WARNING", "this address belongs to no cloud that the agent knows");
  mfpmail_print_line(stdout, "account", mfpmail_sign_in_account(sign_in));
  mfpmail_print_line(stdout, "address", mfpmail_sign_in_device_address(sign_in));
  mfpmail_print_line(stdout, "trouble", mfpmail_sign_in_code(sign_in));
  if (mfpmail_sign_in_aadsts(sign_in) > 0)
    (void)printf("%-11s AADSTS%u\n", "number", mfpmail_sign_in_aadsts(sign_in));
  (void)fflush(stdout);
}

static bool says_yes(void) {
  char answer[16];
  (void)fputs("Use this account? [y/N] ", stdout);
  (void)fflush(stdout);
  return fgets(answer, sizeof(answer), stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y');
}

/* A fingerprint of what is worth printing anew. */
static bool is_new(const mfpmail_sign_in_t *sign_in, char *last, size_t size) {
  char now[160];
  (void)snprintf(now, sizeof(now), "%s %s %s", mfpmail_sign_in_step_name(sign_in), mfpmail_sign_in_user_code(sign_in),
                 mfpmail_sign_in_code(sign_in));
  if (strcmp(now, last) == 0) return false;
  (void)snprintf(last, size, "%s", now);
  return true;
}

/* Follows the sign-in to its end. O: exit code. */
static int follow(mfpmail_client_t *client, mfpmail_sign_in_t *sign_in, bool is_agreed, int timeout_ms) {
  const struct timespec second = {1, 0};
  char last[160] = "";
  mfpmail_result_t result = MFPMAIL_OK;
  for (int left_s = LONGEST_S; left_s > 0 && sign_in != NULL; left_s--) {
    mfpmail_sign_in_step_t step = mfpmail_sign_in_step(sign_in);
    if (is_new(sign_in, last, sizeof(last))) print_step(sign_in);
    mfpmail_sign_in_delete(sign_in);
    sign_in = NULL;
    if (step == MFPMAIL_SIGN_IN_READY) return MFPMAIL_EXIT_DONE;
    if (step == MFPMAIL_SIGN_IN_FAILED || step == MFPMAIL_SIGN_IN_IDLE) return MFPMAIL_EXIT_REFUSED;
    if (step == MFPMAIL_SIGN_IN_CONFIRM) {
      bool is_yes = is_agreed || says_yes();
      result = is_yes ? mfpmail_client_confirm_sign_in(client, timeout_ms, &sign_in)
                      : mfpmail_client_cancel_sign_in(client, timeout_ms, &sign_in);
      continue;
    }
    (void)nanosleep(&second, NULL);
    result = mfpmail_client_get_sign_in(client, timeout_ms, &sign_in);
  }
  if (sign_in == NULL) return mfpmail_print_failure(client, result);
  mfpmail_sign_in_delete(sign_in);
  return MFPMAIL_EXIT_PERSON;
}

int mfpmail_command_sign_in(mfpmail_client_t *client, mfpmail_words_t words, int timeout_ms) {
  static const char *const flags[] = {"yes", "cancel", "show", NULL};
  const char *name = "";
  const char *value = NULL;
  bool is_agreed = false;
  bool is_cancelled = false;
  bool is_shown = false;
  int got;
  while ((got = mfpmail_words_option(&words, flags, &name, &value)) != 0) {
    if (got < 0 || value != NULL) return mfpmail_print_usage("no such option", name);
    is_agreed = is_agreed || strcmp(name, "yes") == 0;
    is_cancelled = is_cancelled || strcmp(name, "cancel") == 0;
    is_shown = is_shown || strcmp(name, "show") == 0;
  }
  if (words.count > 0) return mfpmail_print_usage("sign-in takes no words", words.words[0]);
  mfpmail_sign_in_t *sign_in = NULL;
  mfpmail_result_t result = is_cancelled ? mfpmail_client_cancel_sign_in(client, timeout_ms, &sign_in)
                            : is_shown   ? mfpmail_client_get_sign_in(client, timeout_ms, &sign_in)
                                         : mfpmail_client_begin_sign_in(client, timeout_ms, &sign_in);
  if (result != MFPMAIL_OK) return mfpmail_print_failure(client, result);
  if (!is_cancelled && !is_shown) return follow(client, sign_in, is_agreed, timeout_ms);
  print_step(sign_in);
  mfpmail_sign_in_delete(sign_in);
  return MFPMAIL_EXIT_DONE;
}
