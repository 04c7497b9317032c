/* What is to be sent, as the caller said it. */
#ifndef MFPMAIL_TICKET_PRIVATE_H
#define MFPMAIL_TICKET_PRIVATE_H

#include "buffer-private.h"
#include "source-private.h"

typedef struct mfpmail_part_s {
  mfpmail_source_t source;
  char *name;       /* Owned; safe between quotes */
  char *media_type; /* Owned */
} mfpmail_part_t;

typedef struct mfpmail_addresses_s {
  char **list; /* Owned */
  size_t count;
} mfpmail_addresses_t;

struct mfpmail_ticket_s {
  mfpmail_addresses_t to, cc, bcc;
  char *subject, *text, *file_name, *header_from, *user_name, *user_address; /* Owned; NULL if not said */
  char *reverse_path;                                                        /* Owned; NULL if not said */
  mfpmail_part_t *parts;
  size_t part_count;
  mfpmail_source_t message;
  bool has_message;
  char key[MFPMAIL_MAX_KEY + 1];
  char boundary[40];
  const char *mistake; /* The first one, as a sentence; NULL if there is none */
  struct mfpmail_body_s *body; /* That is being sent of it; NULL if none is */
};

/* O: the sentence that says why this ticket cannot be sent; NULL if it can. */
const char *mfpmail_ticket_mistake(const mfpmail_ticket_t *ticket);
/* Puts the ticket's JSON into buffer. O: false without memory. */
bool mfpmail_ticket_write_json(const mfpmail_ticket_t *ticket, mfpmail_buffer_t *buffer);
/* Back to the first octet of everything. O: false if something cannot be read again. */
bool mfpmail_ticket_rewind(mfpmail_ticket_t *ticket);
/* Closes all files. */
void mfpmail_ticket_close(mfpmail_ticket_t *ticket);

#endif
