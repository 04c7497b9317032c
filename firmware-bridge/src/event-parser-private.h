/* Reader of server-sent events (WHATWG HTML 9.2.6), fed with pieces of any size. Knows the fields event and data. */
#ifndef MFPMAIL_EVENT_PARSER_PRIVATE_H
#define MFPMAIL_EVENT_PARSER_PRIVATE_H

#include "buffer-private.h"

/* A status with its warnings has about 4 KiB; a job with 100 recipients and their replies about 40. */
#define MFPMAIL_LARGEST_EVENT (256 * 1024)

/* A whole event. I: name ("message" if it said none), data without the last line end. */
typedef void (*mfpmail_event_t)(void *context, const char *name, const char *data, size_t size);

typedef struct mfpmail_event_parser_s {
  mfpmail_buffer_t line;
  mfpmail_buffer_t data;
  char name[32];
  bool has_cr;   /* The last octet was CR: an LF now belongs to it */
  bool has_data; /* A data field was seen, perhaps an empty one */
} mfpmail_event_parser_t;

void mfpmail_event_parser_init(mfpmail_event_parser_t *parser);
void mfpmail_event_parser_free(mfpmail_event_parser_t *parser);
/* O: false if an event is larger than it may be, or no memory is left. */
bool mfpmail_event_parser_feed(
    mfpmail_event_parser_t *parser, /* IO */
    const char *octets,             /* I */
    size_t size,                    /* I */
    mfpmail_event_t event,          /* I */
    void *context);                 /* I: for event */

#endif
