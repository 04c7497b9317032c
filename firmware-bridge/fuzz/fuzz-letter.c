/* The first octet chooses the size of the pieces and the options; the rest is a message. What comes out has only CRLF. */
#include "sendmail-private.h"

#include "buffer-private.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool add(void *data, const char *octets, size_t size) {
  return mfpmail_buffer_add(data, octets, size);
}

static void feed(const uint8_t *data, size_t size, size_t piece, mfpmail_buffer_t *out) {
  mfpmail_letter_t letter;
  bool goes_on = true;
  mfpmail_buffer_init(out, 1 << 24);
  mfpmail_letter_init(&letter, (data[0] & 64) != 0, (data[0] & 128) != 0 ? "From: x\r\n" : NULL, add, out);
  for (size_t at = 1; at < size && goes_on; at += piece)
    goes_on = mfpmail_letter_feed(&letter, (const char *)data + at, size - at < piece ? size - at : piece);
  if (!mfpmail_letter_end(&letter)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  mfpmail_buffer_t whole;
  mfpmail_buffer_t pieces;
  if (size == 0) return 0;
  feed(data, size, size, &whole);
  feed(data, size, (size_t)data[0] % 16 + 1, &pieces);
  if (whole.length != pieces.length) abort();
  if (whole.length > 0 && memcmp(whole.text, pieces.text, whole.length) != 0) abort();
  for (size_t n = 0; n < whole.length; n++)
    if (whole.text[n] == '\n' && (n == 0 || whole.text[n - 1] != '\r')) abort();
  if (whole.length > 0 && whole.text[whole.length - 1] != '\n') abort();
  mfpmail_buffer_free(&whole);
  mfpmail_buffer_free(&pieces);
  return 0;
}
