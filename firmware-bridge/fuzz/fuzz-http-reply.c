/* The first octet is the size of the pieces; the rest is what an agent answers. Whole and in pieces must agree. */
#include "http-reply-private.h"

#include "buffer-private.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool add(void *data, const char *octets, size_t size) {
  return mfpmail_buffer_add(data, octets, size);
}

static mfpmail_parse_t feed(const char *octets, size_t size, size_t piece, mfpmail_buffer_t *body) {
  mfpmail_http_reply_t reply;
  mfpmail_parse_t outcome = MFPMAIL_PARSE_MORE;
  mfpmail_http_reply_init(&reply);
  mfpmail_buffer_init(body, 1 << 20);
  for (size_t at = 0; at < size && outcome == MFPMAIL_PARSE_MORE; at += piece)
    outcome = mfpmail_http_reply_feed(&reply, octets + at, size - at < piece ? size - at : piece, add, body);
  if (outcome == MFPMAIL_PARSE_DONE && (reply.status < 200 || reply.status > 599)) abort();
  return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  mfpmail_buffer_t whole;
  mfpmail_buffer_t pieces;
  if (size == 0) return 0;
  const char *octets = (const char *)data + 1;
  mfpmail_parse_t one = feed(octets, size - 1, size, &whole);
  mfpmail_parse_t other = feed(octets, size - 1, (size_t)data[0] % 16 + 1, &pieces);
  if (one != other || whole.length != pieces.length) abort();
  if (whole.length > 0 && memcmp(whole.text, pieces.text, whole.length) != 0) abort();
  mfpmail_buffer_free(&whole);
  mfpmail_buffer_free(&pieces);
  return 0;
}
