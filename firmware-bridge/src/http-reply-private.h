/*
 * Reader of one HTTP/1.1 response (RFC 9112), fed with pieces of any size. Interim responses are skipped. The body needs a
 * Content-Length or the chunked coding: one that ends with the connection cannot be told from half a body.
 */
#ifndef MFPMAIL_HTTP_REPLY_PRIVATE_H
#define MFPMAIL_HTTP_REPLY_PRIVATE_H

#include "chunked-private.h"

#define MFPMAIL_LARGEST_HEAD (16 * 1024)

typedef struct mfpmail_http_reply_s {
  int at;              /* What is expected next */
  int status;          /* 200 to 599 once the head was read */
  size_t head_octets;  /* Of all heads, interim ones included */
  char line[256];      /* The line that is being read; longer ones are cut */
  size_t line_length;  /* Whole length */
  bool has_cr;         /* The last octet was CR */
  bool has_length;
  bool is_chunked;
  bool is_event_stream; /* Content-Type: text/event-stream */
  uint64_t left;        /* Of Content-Length */
  unsigned retry_after_s;
  mfpmail_chunked_t chunked;
} mfpmail_http_reply_t;

void mfpmail_http_reply_init(mfpmail_http_reply_t *reply);
mfpmail_parse_t mfpmail_http_reply_feed(
    mfpmail_http_reply_t *reply, /* IO */
    const char *octets,          /* I */
    size_t size,                 /* I */
    mfpmail_sink_t sink,         /* I: takes the body; status and is_event_stream are known when it is called */
    void *data);                 /* I: for sink */

#endif
