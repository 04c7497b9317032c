#include "chunked-private.h"

#include <string.h>

/* Extensions and trailers that an agent never sends; more is an attack on our patience. */
#define LARGEST_SKIPPED 4096

enum { AT_SIZE, AT_EXTENSION, AT_SIZE_LF, AT_DATA, AT_DATA_CR, AT_DATA_LF, AT_TRAILER, AT_FIELD, AT_FIELD_LF, AT_LAST_LF };

void mfpmail_chunked_init(mfpmail_chunked_t *chunked) {
  memset(chunked, 0, sizeof(*chunked));
}

static int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

/* One octet that is no data. O: false if it may not stand here. */
static bool take_framing(mfpmail_chunked_t *chunked, char octet, bool *is_over) {
  switch (chunked->at) {
  case AT_SIZE: {
    int value = hex_value(octet);
    if (value >= 0) {
      if (++chunked->digits > 7) return false; /* 256 MiB: nothing we read comes near */
      chunked->size = chunked->size * 16 + (uint32_t)value;
      return true;
    }
    if (chunked->digits == 0) return false;
    if (octet == '\r')
      chunked->at = AT_SIZE_LF;
    else if (octet == ';' || octet == ' ' || octet == '\t')
      chunked->at = AT_EXTENSION;
    else
      return false;
    return true;
  }
  case AT_EXTENSION:
    if (octet == '\r') chunked->at = AT_SIZE_LF;
    return octet != '\n' && ++chunked->line_octets <= LARGEST_SKIPPED;
  case AT_SIZE_LF:
    chunked->at = chunked->size > 0 ? AT_DATA : AT_TRAILER;
    return octet == '\n';
  case AT_DATA_CR:
    chunked->at = AT_DATA_LF;
    return octet == '\r';
  case AT_DATA_LF:
    chunked->at = AT_SIZE;
    chunked->digits = 0;
    return octet == '\n';
  case AT_TRAILER:
    chunked->at = octet == '\r' ? AT_LAST_LF : AT_FIELD;
    return octet != '\n' && ++chunked->line_octets <= LARGEST_SKIPPED;
  case AT_FIELD:
    if (octet == '\r') chunked->at = AT_FIELD_LF;
    return octet != '\n' && ++chunked->line_octets <= LARGEST_SKIPPED;
  case AT_FIELD_LF:
    chunked->at = AT_TRAILER;
    return octet == '\n';
  default: /* AT_LAST_LF */
    *is_over = octet == '\n';
    return *is_over;
  }
}

mfpmail_parse_t mfpmail_chunked_feed(
    mfpmail_chunked_t *chunked, const char *octets, size_t size, mfpmail_sink_t sink, void *data) {
  while (size > 0) {
    if (chunked->at == AT_DATA) {
      size_t piece = size < chunked->size ? size : chunked->size;
      if (!sink(data, octets, piece)) return MFPMAIL_PARSE_BAD;
      octets += piece;
      size -= piece;
      chunked->size -= (uint32_t)piece;
      if (chunked->size == 0) chunked->at = AT_DATA_CR;
      continue;
    }
    bool is_over = false;
    if (!take_framing(chunked, *octets, &is_over)) return MFPMAIL_PARSE_BAD;
    if (is_over) return MFPMAIL_PARSE_DONE;
    octets++;
    size--;
  }
  return MFPMAIL_PARSE_MORE;
}
