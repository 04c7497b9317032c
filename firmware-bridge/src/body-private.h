/* The body of a submission (multipart/form-data, RFC 7578; or the message itself), piece by piece. */
#ifndef MFPMAIL_BODY_PRIVATE_H
#define MFPMAIL_BODY_PRIVATE_H

#include "ticket-private.h"

typedef struct mfpmail_body_s {
  mfpmail_ticket_t *ticket; /* The caller's; NULL if it was deleted meanwhile */
  int at;                   /* What comes next */
  size_t part;              /* Which file */
  mfpmail_buffer_t text;    /* Text between the files */
  size_t text_at;           /* Of which that much was given */
  bool is_ending;           /* What was given last may complete the submission for the agent */
} mfpmail_body_t;

/* Begins anew. O: false if a source cannot be read again. */
bool mfpmail_body_begin(mfpmail_body_t *body, mfpmail_ticket_t *ticket);
void mfpmail_body_free(mfpmail_body_t *body);
/* Puts the next piece, of one file or of the text between, into buffer. O: as mfpmail_source_read(). */
ssize_t mfpmail_body_read(mfpmail_body_t *body, char *buffer, size_t size);
/* O: as mfpmail_source_wait_fd(), of the source that said MFPMAIL_READ_AGAIN. */
int mfpmail_body_wait_fd(const mfpmail_body_t *body);

#endif
