/* Decoder of the chunked transfer coding (RFC 9112 7.1), fed with pieces of any size. */
#ifndef MFPMAIL_CHUNKED_PRIVATE_H
#define MFPMAIL_CHUNKED_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes decoded octets. O: false ends the decoding as bad. */
typedef bool (*mfpmail_sink_t)(void *data, const char *octets, size_t size);

typedef enum mfpmail_parse_e {
  MFPMAIL_PARSE_MORE, /* All was taken; it goes on */
  MFPMAIL_PARSE_DONE, /* The end was seen; octets behind it are ignored */
  MFPMAIL_PARSE_BAD   /* Not what it should be; nothing more is to be fed */
} mfpmail_parse_t;

typedef struct mfpmail_chunked_s {
  int at;            /* What is expected next */
  uint32_t size;     /* Of the chunk: what was read of it, then what is left of it */
  unsigned digits;   /* Of the size */
  size_t line_octets; /* Of extensions and trailer fields, which are skipped */
} mfpmail_chunked_t;

void mfpmail_chunked_init(mfpmail_chunked_t *chunked);
mfpmail_parse_t mfpmail_chunked_feed(
    mfpmail_chunked_t *chunked, /* IO */
    const char *octets,         /* I */
    size_t size,                /* I */
    mfpmail_sink_t sink,        /* I */
    void *data);                /* I: for sink */

#endif
