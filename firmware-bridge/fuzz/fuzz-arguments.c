/* Words between NULs as a command line of mfpmail-sendmail. */
#include "sendmail-private.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static mfpmail_sendmail_t sendmail;
  char *words[64];
  int count = 0;
  char *text = malloc(size + 1);
  if (text == NULL) return 0;
  if (size > 0) memcpy(text, data, size);
  text[size] = '\0';
  for (size_t at = 0; at < size && count < 63; at += strlen(text + at) + 1) words[count++] = text + at;
  words[count] = NULL;
  mfpmail_sendmail_read(&sendmail, count, words);
  if (sendmail.recipient_count > MFPMAIL_MAX_RECIPIENTS) abort();
  for (size_t n = 0; n < sendmail.recipient_count; n++) {
    size_t length = strlen(sendmail.recipients[n]);
    if (length == 0 || length > MFPMAIL_MAX_ADDRESS) abort();
  }
  free(text);
  return 0;
}
