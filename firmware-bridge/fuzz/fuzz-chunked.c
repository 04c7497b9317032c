/* The first octet is the size of the pieces; the rest is a chunked body. Whole and in pieces must agree. */
#include "chunked-private.h"

#include "buffer-private.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool add(void *data, const char *octets, size_t size) {
  return mfpmail_buffer_add(data, octets, size);
}

static mfpmail_parse_t feed(const char *octets, size_t size, size_t piece, mfpmail_buffer_t *body) {
  mfpmail_chunked_t chunked;
  mfpmail_parse_t outcome = MFPMAIL_PARSE_MORE;
  mfpmail_chunked_init(&chunked);
  mfpmail_buffer_init(body, 1 << 20);
  for (size_t at = 0; at < size && outcome == MFPMAIL_PARSE_MORE; at += piece)
    outcome = mfpmail_chunked_feed(&chunked, octets + at, size - at < piece ? size - at : piece, add, body);
  return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  mfpmail_buffer_t whole;
  mfpmail_buffer_t pieces;
  if (size == 0) return 0;
  const char *octets = (const char *)data + 1;
  mfpmail_parse_t one = feed(octets, size - 1, size, &whole);
  mfpmail_parse_t other = feed(octets, size - 1, (size_t)data[0] % 16 + 1, &pieces);
  if (one != other || whole.length != pieces.length || whole.length > size) abort();
  if (whole.length > 0 && memcmp(whole.text, pieces.text, whole.length) != 0) abort();
  mfpmail_buffer_free(&whole);
  mfpmail_buffer_free(&pieces);
  return 0;
}
