/* mfpmail panel, device-address, smtp-server: what a person does at the printer. */
#include "command-private.h"

#include <string.h>

static int key_of(const char *word) {
  static const char *const words[] = {"ok", "back", "up", "down"};
  for (int key = 0; key < 4; key++)
    if (strcmp(words[key], word) == 0) return key;
  return -1;
}

int mfpmail_command_panel(mfpmail_client_t *client, mfpmail_words_t words, int timeout_ms) {
  static const char *const flags[] = {NULL};
  const char *name;
  const char *value;
  int columns = 20;
  int rows = 4;
  int got;
  while ((got = mfpmail_words_option(&words, flags, &name, &value)) != 0) {
    int number = got < 0 ? -1 : mfpmail_number(value, 1000);
    if (number < 0) return mfpmail_print_usage("a number is missing", name);
    if (strcmp(name, "columns") == 0)
      columns = number;
    else if (strcmp(name, "rows") == 0)
      rows = number;
    else
      return mfpmail_print_usage("no such option", name);
  }
  mfpmail_panel_t *panel = NULL;
  mfpmail_result_t result = MFPMAIL_OK;
  if (words.count == 0)
    result = mfpmail_client_get_panel(client, (unsigned)columns, (unsigned)rows, timeout_ms, &panel);
  for (int n = 0; n < words.count && result == MFPMAIL_OK; n++) {
    int key = key_of(words.words[n]);
    mfpmail_panel_delete(panel);
    panel = NULL;
    if (key < 0) return mfpmail_print_usage("a key is ok, back, up or down", words.words[n]);
    result = mfpmail_client_press_key(client, (mfpmail_key_t)key, (unsigned)columns, (unsigned)rows, timeout_ms, &panel);
  }
  if (result != MFPMAIL_OK) return mfpmail_print_failure(client, result);
  mfpmail_print_panel(panel);
  mfpmail_panel_delete(panel);
  return MFPMAIL_EXIT_DONE;
}

typedef mfpmail_result_t (*mfpmail_change_t)(
    mfpmail_client_t *client, const char *value, const char *const *accept, size_t accept_count, int timeout_ms);

static int change(
    mfpmail_client_t *client, mfpmail_words_t words, int timeout_ms, mfpmail_change_t call, const char *question) {
  static const char *const flags[] = {NULL};
  const char *accept[20];
  size_t accept_count = 0;
  const char *name;
  const char *value;
  int got;
  while ((got = mfpmail_words_option(&words, flags, &name, &value)) != 0) {
    if (got < 0 || strcmp(name, "accept") != 0) return mfpmail_print_usage("no such option", name);
    if (accept_count == 20) return mfpmail_print_usage("too many consequences", NULL);
    accept[accept_count++] = value;
  }
  if (words.count != 1) return mfpmail_print_usage(question, NULL);
  mfpmail_result_t result = call(client, words.words[0], accept, accept_count, timeout_ms);
  return result == MFPMAIL_OK ? MFPMAIL_EXIT_DONE : mfpmail_print_failure(client, result);
}

int mfpmail_command_device_address(mfpmail_client_t *client, mfpmail_words_t words, int timeout_ms) {
  return change(client, words, timeout_ms, mfpmail_client_set_device_address, "which address?");
}

int mfpmail_command_smtp_server(mfpmail_client_t *client, mfpmail_words_t words, int timeout_ms) {
  return change(client, words, timeout_ms, mfpmail_client_set_smtp_server, "which server?");
}
