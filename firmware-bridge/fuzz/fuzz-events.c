/* The first octet is the size of the pieces; the rest is an event stream. Whole and in pieces must agree. */
#include "event-parser-private.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void note(void *context, const char *name, const char *data, size_t size) {
  mfpmail_buffer_t *notes = context;
  if (data[size] != '\0') abort();
  (void)mfpmail_buffer_add_string(notes, name);
  (void)mfpmail_buffer_add(notes, "=", 1);
  (void)mfpmail_buffer_add(notes, data, size);
  (void)mfpmail_buffer_add(notes, "|", 1);
}

static void feed(const char *octets, size_t size, size_t piece, mfpmail_buffer_t *notes) {
  mfpmail_event_parser_t parser;
  bool goes_on = true;
  mfpmail_event_parser_init(&parser);
  mfpmail_buffer_init(notes, 1 << 24);
  for (size_t at = 0; at < size && goes_on; at += piece)
    goes_on = mfpmail_event_parser_feed(&parser, octets + at, size - at < piece ? size - at : piece, note, notes);
  mfpmail_event_parser_free(&parser);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  mfpmail_buffer_t whole;
  mfpmail_buffer_t pieces;
  if (size == 0) return 0;
  feed((const char *)data + 1, size - 1, size, &whole);
  feed((const char *)data + 1, size - 1, (size_t)data[0] % 16 + 1, &pieces);
  if (whole.length != pieces.length) abort();
  if (whole.length > 0 && memcmp(whole.text, pieces.text, whole.length) != 0) abort();
  mfpmail_buffer_free(&whole);
  mfpmail_buffer_free(&pieces);
  return 0;
}
